// A bad line: the answer to Send is lost, she taps again and looks again. It is one campaign. A reply goes on when its screen is left,
// and by itself once the line is back.

import { check, control, isSend, journey, ledger, load, shown, signIn, until, world } from './journey.mjs';

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

    // She replies and is back at the list before the server has it.
    const got = async (text) => (await ledger()).filter((entry) => entry.messages[0]?.text === text).length;
    let begun = 0;
    await page.route('**/messages', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      begun += 1;
      await new Promise((done) => setTimeout(done, 1_500));
      await route.continue();
    });
    const reply = async (text) => {
      await load(page, `${world.url}/?tab=in_progress`);
      await page.getByRole('link', { name: /陳柏翰/ }).click();
      await page.getByRole('textbox', { name: '回覆內容' }).fill(text);
      await page.getByRole('button', { name: '送出', exact: true }).click();
    };
    await reply('馬上幫您看');
    await control(page, '返回列表').click();
    await page.getByRole('link', { name: /林雅婷/ }).waitFor();
    check((await got('馬上幫您看')) === 0, 'it was there too soon to prove anything');
    await until('the reply goes on without its screen', async () => (await got('馬上幫您看')) === 1);
    await page.getByRole('link', { name: /陳柏翰/ }).click();
    await shown(page, '馬上幫您看');
    check(begun === 1, `it was sent ${begun} times`);
    await page.unroute('**/messages');

    // Without a line it waits on the device, and goes when it is back, wherever she is.
    await load(page, `${world.url}/?tab=in_progress`);
    await page.getByRole('link', { name: /陳柏翰/ }).click();
    await page.context().setOffline(true);
    await page.getByRole('textbox', { name: '回覆內容' }).fill('還有兩個');
    await page.getByRole('button', { name: '送出', exact: true }).click();
    await shown(page, /沒送出/);
    await control(page, '返回列表').click();
    await page.context().setOffline(false);
    await until('the reply goes out once the line is back', async () => (await got('還有兩個')) === 1);
    await page.getByRole('link', { name: /陳柏翰/ }).click();
    await shown(page, '還有兩個');
    check((await page.getByText('沒送出').count()) === 0, 'it still says that it was not sent');
  },
  { expected: [/ERR_CONNECTION_RESET/, /ERR_FAILED/, /ERR_INTERNET_DISCONNECTED/, /Failed to fetch/] },
);
