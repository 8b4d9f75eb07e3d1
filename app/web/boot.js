// Starts the app. A file of its own, because the content policy allows no inline script.
import init from '/app.js';

try {
  await init({ module_or_path: '/app_bg.wasm' });
} catch (error) {
  // Without the app there are no translations: both languages are said.
  document.getElementById('boot-note').textContent =
    '無法載入，請檢查網路後重新整理。 Could not load: check the connection and reload.';
  throw error;
}
