// The whole flow of the seed on a phone, by visible labels: from the in-progress tab to the record and the reason, and what
// LINE then has in its ledger. 林雅婷 and 陳柏翰 get it; 周子晴 has blocked the account.

import { check, control, isSend, journey, ledger, load, shown, signIn, still, world } from './journey.mjs';

await journey(async (open) => {
  const page = await open();
  await signIn(page, world.url, world.members.sales);

  // Seed steps 1 and 2: on 處理中, the three lines at the top right, then 群發訊息.
  await page.getByRole('link', { name: /^處理中/ }).click();
  await page.getByRole('button', { name: '群發選單' }).click();
  const menu = page.getByRole('dialog');
  await menu.getByRole('link', { name: /^群發範本訊息/ }).waitFor();
  await menu.getByRole('link', { name: /^群發訊息 / }).click();

  // Step 3: tick, then 下一步; without anybody the button says why.
  const next = control(page, '下一步');
  check((await next.getAttribute('aria-disabled')) === 'true', '下一步 is open with nobody ticked');
  // Step 4: 篩選 by a condition of the customer; the count on its button is live.
  await page.getByRole('button', { name: '篩選' }).click();
  const filter = page.getByRole('dialog');
  await filter.getByRole('button', { name: 'VIP' }).click();
  await filter.getByRole('button', { name: '看符合的 2 人' }).click();
  await page.getByRole('checkbox', { name: /林雅婷/ }).click();
  // A selection survives a change of the filter.
  await page.getByRole('button', { name: /移除條件/ }).first().click();
  await page.getByRole('checkbox', { name: /陳柏翰/ }).click();
  await page.getByRole('checkbox', { name: /周子晴/ }).click();
  await page.getByText('已選 3 人').first().waitFor();
  await next.click();

  // Step 5: written by hand, up to five; the customer's name goes where it is wanted; links are counted.
  const first = page.getByLabel('訊息內容 1');
  await first.fill('');
  // The fastest of typists: the field and the caret are where she left them, before any timer of the page has run.
  await page.getByRole('button', { name: '插入姓名' }).first().evaluate(async (button) => {
    button.click();
    for (const part of [' 您好', '，']) {
      for (let n = 0; n < 100; n += 1) await Promise.resolve();
      document.execCommand('insertText', false, part);
    }
  });
  await page.waitForFunction(() => new Promise((then) => { setTimeout(() => then(true), 20); }));
  await first.pressSequentially('新品到店：https://qingyu.example/new?utm_source=line');
  await page.getByText('1 個連結 → 1 個導購連結').waitFor();
  for (let n = 2; n <= 5; n += 1) {
    await page.getByRole('button', { name: /^文字/ }).click();
    await page.getByLabel(`訊息內容 ${n}`).fill(`第 ${n} 則`);
  }
  await page.getByText('一次最多 5 則，移除一則才能再加。').waitFor();
  await page.getByText('草稿已儲存').waitFor();
  // A reload loses nothing.
  await page.reload();
  check((await page.getByLabel('訊息內容 5').inputValue()) === '第 5 則', 'the draft did not survive a reload');
  check((await first.inputValue()).startsWith('【顧客姓名】 您好'), 'the name is not shown as words');
  await control(page, '下一步').click();

  // Steps 9 and 10: the preview with the customer's name, the note on the order, the check before Send.
  await page.getByText('消費者實際收到的訊息順序，依傳輸狀況可能與預覽略有不同。').waitFor();
  await page.getByText(/(林雅婷|陳柏翰) 您好，新品到店/).first().waitFor();
  await shown(page, '2 人會送出');
  await shown(page, '1 人不會');
  await shown(page, 'unfollowed');
  await page.getByRole('button', { name: '送出給 2 人' }).click();

  // Sent, live, to the end; then step 11: the record.
  await page.getByText('全部處理完成，1 人沒有收到。').waitFor();
  await control(page, '看這次紀錄').click();

  // Steps 12 to 15: who failed, 檢視, and why in the seed's own word.
  await shown(page, '66.67%');
  await page.getByRole('listitem').filter({ hasText: '周子晴' }).filter({ hasText: '檢視' }).first().click();
  await shown(page, 'unfollowed');
  await shown(page, /Storecast 檢查/);
  await still(page);

  // In the list the record carries the warning.
  await load(page, `${world.url}/records`);
  await shown(page, '1 人失敗');

  const sent = (await ledger()).filter(isSend);
  check(sent.length === 2, `LINE accepted ${sent.length} of 2`);
  for (const entry of sent) {
    check(entry.delivered && entry.messages.length === 5, 'each of the two got five messages');
    const [{ text }] = entry.messages;
    check(
      /^(林雅婷|陳柏翰) 您好，新品到店：https:\/\/qingyu\.example\/new\?utm_source=line$/.test(text),
      `the text arrived as ${text}`,
    );
    check(entry.messages[4].text === '第 5 則', 'the order is not the one that was written');
  }
  check(new Set(sent.map((entry) => entry.user)).size === 2, 'somebody got it twice');
});
