// The app on a phone without a line: it starts from what the device keeps of it, says what is safe, and goes on by itself. Of what the
// server answered nothing is kept but the app.

import { check, control, journey, load, shown, signIn, still, world } from './journey.mjs';

const TEXT = '您好，您問的霧面手作杯到店了。';

/** Waits until the service worker is in charge of the pages to come. */
function workerActive(page) {
  return page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active.state !== 'activated') await new Promise((done) => active.addEventListener('statechange', done));
    return new URL(active.scriptURL).pathname;
  });
}

/** The paths that any cache holds. */
function cached(page) {
  return page.evaluate(async () => {
    const paths = [];
    for (const name of await caches.keys()) {
      const kept = await (await caches.open(name)).keys();
      paths.push(...kept.map((request) => new URL(request.url).pathname));
    }
    return paths;
  });
}

await journey(
  async (open) => {
    const page = await open();
    await signIn(page, world.url, world.members.sales);
    check((await workerActive(page)) === '/sw.js', 'no service worker is in charge');

    // It can be installed: the manifest is read under the content policy, and its icons are there.
    const manifest = await page.evaluate(async () => {
      const found = await (await fetch(document.querySelector('link[rel="manifest"]').href)).json();
      const icons = await Promise.all(found.icons.map(async ({ src }) => (await fetch(src)).headers.get('content-type')));
      return { ...found, types: icons };
    });
    check(manifest.display === 'standalone' && manifest.start_url === '/', 'the manifest makes no app');
    check(manifest.types.every((type) => type === 'image/png'), `the icons came as ${manifest.types}`);

    // Half a message, and lists that were looked at.
    await load(page, `${world.url}/records`);
    await still(page);
    await load(page, `${world.url}/?tab=in_progress`);
    await page.getByRole('button', { name: '群發選單' }).click();
    await page.getByRole('dialog').getByRole('link', { name: /^群發訊息 / }).click();
    await page.getByRole('checkbox', { name: /林雅婷/ }).click();
    await control(page, '下一步').click();
    await page.getByLabel('訊息內容 1').fill(TEXT);
    await page.getByText('草稿已儲存').waitFor();

    const context = page.context();
    await context.setOffline(true);
    await page.getByLabel('訊息內容 1').fill(`${TEXT}還有兩色。`);
    await page.waitForTimeout(500);
    // Any screen starts, also one that was never loaded.
    for (const address of ['/send/message', '/records']) {
      await load(page, world.url + address);
      await page.getByRole('heading', { name: '目前離線' }).waitFor();
      await shown(page, /寫到一半的內容都存在這台裝置裡/);
    }

    const paths = await cached(page);
    check(paths.includes('/') && paths.some((path) => path.endsWith('.wasm')), `the shell is not kept: ${paths}`);
    const alien = paths.filter((path) => /^\/(api|media|l|t|webhooks)\//.test(path) || path === '/sw.js');
    check(alien.length === 0, `these are kept and may not be: ${alien}`);

    // The line is back: nobody has to do anything.
    await load(page, `${world.url}/send/message`);
    await page.getByRole('heading', { name: '目前離線' }).waitFor();
    await context.setOffline(false);
    const field = page.getByLabel('訊息內容 1');
    await field.waitFor();
    check((await field.inputValue()) === `${TEXT}還有兩色。`, `the draft is now ${await field.inputValue()}`);
    await page.getByText('草稿已儲存').waitFor();

    // A list that was looked at stays readable when the line goes down while another screen is open.
    await load(page, `${world.url}/records`);
    await still(page);
    await page.getByRole('link', { name: '更多' }).click();
    await context.setOffline(true);
    await page.getByRole('link', { name: '紀錄' }).click();
    await shown(page, '目前離線，顯示最後取得的資料');
    check((await page.getByText('紀錄載入失敗').count()) === 0, 'the list that was in memory gave way to an error');
    await shown(page, '新品到店');
    await context.setOffline(false);
  },
  { expected: [/ERR_INTERNET_DISCONNECTED/, /ERR_FAILED/, /Failed to fetch/] },
);
