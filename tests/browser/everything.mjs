// Steps 1 to 15 of the seed with everything that can be sent: a text, a picture, a film and a saved reply chosen by its
// category, in an order that was changed; the record with its file; what LINE has, and what the customers can see of it.

import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { check, control, isSend, journey, ledger, load, shown, signIn, still, world } from './journey.mjs';

const root = path.join(import.meta.dirname, '..', '..');
const PICTURE = path.join(root, 'tests', 'src', 'demo', 'pictures', 'mugs.jpg');
const FILM = path.join(root, 'server', 'src', 'media', 'samples', 'iphone.mov');

/** Waits until so many pictures of the page are loaded and can be seen. */
async function pictures(page, least) {
  await page.waitForFunction((many) => {
    const seen = [...document.images].filter((image) => image.offsetParent && image.complete && image.naturalWidth > 1);
    return seen.length >= many;
  }, least);
}

await journey(async (open) => {
  const page = await open();
  await signIn(page, world.url, world.members.sales);

  // Steps 1 and 2: on 處理中, the three lines at the top right, then 群發訊息.
  await page.getByRole('link', { name: /^處理中/ }).click();
  await page.getByRole('button', { name: '群發選單' }).click();
  await page.getByRole('dialog').getByRole('link', { name: /^群發訊息 / }).click();

  // Steps 3 and 4: 篩選 by conditions of the customer, a tag and an attribute; then tick, then 下一步.
  await page.getByRole('button', { name: '篩選' }).click();
  const filter = page.getByRole('dialog');
  await filter.getByLabel('鞋碼', { exact: true }).selectOption('between');
  await filter.getByLabel('從').last().fill('23.5');
  await filter.getByRole('button', { name: '看符合的 1 人' }).click();
  await page.getByText('鞋碼 23.5 以上').waitFor();
  await page.getByRole('checkbox', { name: /林雅婷/ }).click();
  await page.getByRole('button', { name: /移除條件/ }).first().click();
  await page.getByRole('checkbox', { name: /陳柏翰/ }).click();
  await page.getByRole('checkbox', { name: /周子晴/ }).click();
  await page.getByText('已選 3 人').first().waitFor();
  await control(page, '下一步').click();

  // Step 5: a text by hand, a picture and a film from the phone.
  await page.getByLabel('訊息內容 1').fill('新品到店 https://qingyu.example/a https://qingyu.example/b https://qingyu.example/a');
  await page.getByText('3 個連結 → 3 個導購連結').waitFor();
  await page.getByLabel('圖片', { exact: true }).setInputFiles(PICTURE);
  await page.getByLabel('影片', { exact: true }).setInputFiles(FILM);
  await pictures(page, 2);

  // Steps 5 to 8: 預存回覆, 選擇類別, 篩選, and the one that is wanted.
  await page.getByRole('button', { name: '預存回覆' }).click();
  const picker = page.getByRole('dialog');
  await picker.getByRole('button', { name: /秋冬新品介紹/ }).waitFor();
  await picker.getByRole('button', { name: /營業時間/ }).waitFor();
  await picker.getByRole('button', { name: /選擇類別/ }).click();
  await picker.getByRole('button', { name: /^新品/ }).click();
  await picker.getByRole('button', { name: '篩選' }).click();
  await picker.getByRole('button', { name: /營業時間/ }).waitFor({ state: 'detached' });
  await picker.getByRole('button', { name: /秋冬新品介紹/ }).click();
  await picker.getByRole('button', { name: '加入' }).click();
  await picker.waitFor({ state: 'detached' });

  // What was picked can be changed; a sixth message cannot be added, and the row says why.
  const taken = page.getByLabel('訊息內容 4');
  check((await taken.inputValue()) === '秋冬新品在這裡', 'the saved text is not in the fourth card');
  await taken.fill('秋冬新品在這裡，歡迎來店');
  await page.getByText('一次最多 5 則，移除一則才能再加。').waitFor();
  // The film goes before the picture.
  await page.getByRole('button', { name: '上移' }).nth(2).click();
  await page.getByText('草稿已儲存').waitFor();
  await page.reload();
  check((await page.getByLabel('訊息內容 4').inputValue()).endsWith('歡迎來店'), 'the draft did not survive a reload');
  await pictures(page, 3);
  await control(page, '下一步').click();

  // Steps 9 and 10: the preview shows what they get, the check says who, then 送出.
  await page.getByText('消費者實際收到的訊息順序，依傳輸狀況可能與預覽略有不同。').waitFor();
  await pictures(page, 3);
  await shown(page, '2 人會送出');
  await page.getByRole('button', { name: '送出給 2 人' }).click();
  await page.getByText('全部處理完成，1 人沒有收到。').waitFor();

  // Steps 11 and 12: 群發訊息紀錄 has it, with the warning; it is exported as a file.
  await load(page, `${world.url}/records`);
  await shown(page, '1 人失敗');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '匯出紀錄（CSV）' }).click(),
  ]);
  const csv = await readFile(await download.path(), 'utf8');
  check(csv.startsWith('\uFEFF') && csv.includes('新品到店') && csv.includes('66.67%'), `the file holds ${csv}`);

  // Steps 12 to 15: the record, who failed, 檢視, and why in the seed's own word.
  await page.locator('a[href*="/records/"]').filter({ visible: true }).first().click();
  await pictures(page, 3);
  await page.getByRole('listitem').filter({ hasText: '周子晴' }).filter({ hasText: '檢視' }).first().click();
  await shown(page, 'unfollowed');
  await still(page);

  // Her own figures: three links are three, whoever got them; two people got each of them.
  await load(page, `${world.url}/more/figures`);
  await shown(page, '導購連結');
  await shown(page, /^6$/);

  // What LINE has, in the order that was chosen, and what the customers can see of it.
  let sent = [];
  for (let tries = 0; tries < 100; tries += 1) {
    sent = (await ledger()).filter(isSend);
    if (sent.length === 2 && sent.every((entry) => entry.media?.length && entry.media.every((one) => one.done))) break;
    await page.waitForTimeout(100);
  }
  check(sent.length === 2, `LINE accepted ${sent.length} of 2`);
  for (const entry of sent) {
    const kinds = entry.messages.map((message) => message.type).join(' ');
    check(kinds === 'text video image text image', `it arrived as ${kinds}`);
    check(entry.messages[3].text === '秋冬新品在這裡，歡迎來店', 'what was changed of the saved reply is lost');
    for (const one of entry.media) check(one.done && !one.problem, `the customer cannot see ${JSON.stringify(one)}`);
  }
});
