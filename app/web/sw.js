// Keeps the app's shell on the device, so that the app starts without a line. Of what the server answers otherwise (the API, media,
// links) nothing is ever kept. `xtask` writes in the version and the files, whose names hold a hash of what is in them.

const VERSION = '{version}';
const FILES = ['{files}'];

const PREFIX = 'shell-';
const CACHE = PREFIX + VERSION;

/** Addresses of the server that are no screens of the app. */
const SERVER = ['/api/', '/media/', '/l/', '/t/', '/webhooks/', '/healthz', '/readyz'];

/** A file that never changes: this version's, or one of the version before. */
const HASHED = /-[0-9a-f]{16}\.[a-z]+$/;

/** Takes every file of this version, or none: the next visit tries again then. */
async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES);
  const page = await (await cache.match('/')).text();
  // While servers are being replaced, one may have answered with another version than the one before.
  if (!page.includes(VERSION)) {
    await caches.delete(CACHE);
    throw new Error(`the page is not of version ${VERSION}`);
  }
}

/** The version before stays: a page that is being loaded right now may still ask for its files. */
async function tidy() {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
}

async function kept(request, options) {
  return (await caches.match(request, options)) ?? fetch(request);
}

/** Whether an address is a screen of the app, which one page shows all of. */
function isScreen(path) {
  const isFile = path.slice(path.lastIndexOf('/')).includes('.');
  return !isFile && !SERVER.some((start) => path.startsWith(start));
}

self.addEventListener('install', (event) => event.waitUntil(keep()));

self.addEventListener('activate', (event) => event.waitUntil(tidy()));

// A new version waits until the app is started again, or asks for it: `boot.js` says so.
self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (!isScreen(pathname)) return;
    event.respondWith(caches.match('/', { cacheName: CACHE }).then((page) => page ?? fetch(request)));
  } else if (FILES.includes(pathname) || HASHED.test(pathname)) {
    event.respondWith(kept(request, { ignoreVary: true }));
  }
});
