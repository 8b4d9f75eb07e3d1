// A bad line: the answer to Send is lost, she taps again and looks again. It is one campaign.

import { check, control, isSend, journey, ledger, load, shown, signIn, world } from './journey.mjs';

/** Writes a group message to everybody and stops before Send. */
async function write(page, text) {
  await load(page, `${world.url}/?tab=in_progress`);
  await page.getByRole('button', { name: '群發選單' }).click();
  await page.getByRole('dialog').getByRole('link', { name: /^群發訊息 / }).click();
  await page.getByRole('checkbox', { name: /^選取全部/ }).click();
  await control(page, '下一步').click();
  await page.getByLabel('訊息內容 1').fill(text);
  await page.getByText('草稿已儲存').waitFor();
  await control(page, '下一步').click();
  await page.getByRole('button', { name: '送出給 2 人' }).waitFor();
}

await journey(
  async (open) => {
    const page = await open();
    await signIn(page, world.url, world.members.sales);
    await write(page, '新品到店');

    // The request arrives, its answer does not.
    let cut = 0;
    await page.route('**/send', async (route) => {
      if (route.request().method() !== 'POST' || cut > 0) return route.continue();
      cut += 1;
      await route.fetch();
      await route.abort('connectionreset');
    });
    await page.getByRole('button', { name: '送出給 2 人' }).click();
    await page.getByText('還不知道有沒有送出').waitFor();
    await page.getByRole('button', { name: /^送出給 2 人/ }).click();
    await page.getByText('全部處理完成。').waitFor();
    check(cut === 1, 'no answer was cut');

    // Reloading the check of a draft that was sent shows the send, not the draft again.
    await load(page, `${world.url}/send/check`);
    await page.waitForTimeout(500);
    check((await page.getByRole('button', { name: /^送出給/ }).count()) === 0, 'a sent draft can be sent again');

    const pushes = (await ledger()).filter(isSend);
    check(pushes.length === 2, `two customers got ${pushes.length} messages`);
    check(new Set(pushes.map((entry) => entry.user)).size === 2, 'somebody got it twice');

    await load(page, `${world.url}/records`);
    await shown(page, '新品到店');
    const records = await page.getByText('新品到店').filter({ visible: true }).count();
    check(records === 1, `one send has ${records} records`);
  },
  { expected: [/ERR_CONNECTION_RESET/, /ERR_FAILED/] },
);
