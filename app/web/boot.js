// Starts the app, and keeps its shell on the device. A file of its own, because the content policy allows no inline script.
import init from '/app.js';
import { begin, prefetch } from '/chunks.js';

/** How long a new version may take until it is in charge, in milliseconds. */
const PATIENCE = 3_000;
/** How often an app that stays open looks for a new version. */
const LOOK = 60 * 60 * 1_000;

/** The browser's service workers; none without TLS, and none in some private windows. */
const workers = navigator.serviceWorker;

/** Puts a new version in charge; answers whether it is. */
function takeOver(worker) {
  return new Promise((done) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') done(true);
    });
    setTimeout(() => done(false), PATIENCE);
    worker.postMessage('take over');
  });
}

/** A new version that came while the app was last open: it is taken now, before anything is shown. */
async function startNewVersion() {
  const registration = await workers?.getRegistration();
  if (!registration?.waiting || !(await takeOver(registration.waiting))) return false;
  location.reload();
  return true;
}

/** The app asks for the newest version, also where no service worker keeps any; what is half-written stands in the device's storage by then. */
function startNewestOnRequest() {
  document.addEventListener('storecast-update', async () => {
    const registration = await workers?.getRegistration().catch(() => undefined);
    if (registration?.waiting) await takeOver(registration.waiting);
    location.reload();
  });
}

/** Keeps the shell on the device, and tells the app (`data-update` of the page) when a new version is there. */
async function keepShell() {
  if (!workers) return;
  const registration = await workers.register('/sw.js', { updateViaCache: 'none' });
  const tell = () => {
    // Without one in charge it is the first version, which nobody has to be told of.
    if (registration.waiting && registration.active) document.documentElement.dataset.update = 'ready';
  };
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', tell));
  tell();
  // Without a line there is no news.
  const look = () => registration.update().catch(() => {});
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') look();
  });
  setInterval(look, LOOK);
}

try {
  if (!(await startNewVersion().catch(() => false))) {
    startNewestOnRequest();
    begin(await init({ module_or_path: '/app_bg.wasm' }));
    prefetch();
    // A browser that keeps nothing still runs the app.
    await keepShell().catch(() => {});
  }
} catch (error) {
  // Without the app there are no translations: both languages are said.
  document.getElementById('boot-note').textContent =
    '無法載入，請檢查網路後重新整理。 Could not load: check the connection and reload.';
  throw error;
}
