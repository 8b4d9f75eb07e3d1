// A new version of the app is put on the server while a sales person writes: she is told on the next screen, takes it with one tap, and
// what she wrote is there. Old and new files never mix: the page and everything it loads are of one version.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { check, control, journey, load, signIn, still, world } from './journey.mjs';

const TEXT = '您好，您問的霧面手作杯到店了。';

/** Puts another version into the folder that the server serves, as a release does; answers its name. */
function release() {
  const read = (name) => readFileSync(path.join(world.web, name), 'utf8');
  const [, before] = read('index.html').match(/name="version" content="([0-9a-f]{16})"/);
  const after = before.slice(1) + before[0];
  for (const name of ['index.html', 'sw.js']) writeFileSync(path.join(world.web, name), read(name).replaceAll(before, after));
  return after;
}

const version = (page) => page.locator('meta[name="version"]').getAttribute('content');

/** Lets the browser look for a new version, as it does when the app comes to the front. */
async function look(page) {
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  await page.waitForFunction(() => document.documentElement.dataset.update === 'ready');
}

await journey(async (open) => {
  const page = await open();
  await signIn(page, world.url, world.members.sales);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const first = await version(page);

  await load(page, `${world.url}/send/recipients`);
  await page.getByRole('checkbox', { name: /林雅婷/ }).click();
  await control(page, '下一步').click();
  await page.getByLabel('訊息內容 1').fill(TEXT);
  const second = release();
  await look(page);
  check((await version(page)) === first, 'the new version came without being asked for');

  // Told on the next screen, taken with one tap.
  await control(page, '下一步').click();
  await page.getByText('有新版本').waitFor();
  await page.getByRole('button', { name: '更新' }).click();
  await page.waitForFunction((wanted) => document.querySelector('meta[name="version"]').content === wanted, second);
  await page.waitForFunction(() => document.querySelector('#main')?.childElementCount > 0);
  await load(page, `${world.url}/send/message`);
  const field = page.getByLabel('訊息內容 1');
  await field.waitFor();
  check((await field.inputValue()) === TEXT, `the draft is now ${await field.inputValue()}`);

  // Who closes the app and opens it again has the next one without a tap.
  const third = release();
  await look(page);
  await page.close();
  const again = await page.context().newPage();
  await load(again, world.url);
  await again.waitForFunction((wanted) => document.querySelector('meta[name="version"]').content === wanted, third);
  await again.getByRole('navigation').first().waitFor();
  await still(again);
});
