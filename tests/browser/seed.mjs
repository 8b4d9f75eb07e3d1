// Each step of the seed is a journey of its own, by the words that stand on the screens: 1 to 15 on LINE with media and saved
// replies, 16 to 18 and the last hint on WhatsApp. Each begins on a page that was just opened and goes there from step 1.

import path from 'node:path';

import { check, control, journey, ledger, load, shown, signIn, still, world } from './journey.mjs';

const root = path.join(import.meta.dirname, '..', '..');
const PICTURE = path.join(root, 'tests', 'src', 'demo', 'pictures', 'mugs.jpg');
const FILM = path.join(root, 'server', 'src', 'media', 'samples', 'iphone.mov');
/** Who is past 24 hours on WhatsApp, and who is not. */
const [PAST, NEAR] = ['尤靜怡', '郭宜蓁'];

const dialog = (page) => page.getByRole('dialog');
const menu = (page) => page.getByRole('button', { name: '群發選單' }).click();
const next = (page) => control(page, '下一步').click();

/** Step 1: on 處理中, the three lines at the top right. */
async function atMenu(page) {
  await load(page, world.url);
  await page.getByRole('link', { name: /^處理中/ }).click();
  await menu(page);
  await dialog(page).getByText('群發訊息紀錄').waitFor();
}

/** Steps 1 and 2, with nothing left of what was written before. */
async function atRecipients(page, kind = /^群發訊息 /) {
  await atMenu(page);
  await dialog(page).getByRole('link', { name: kind }).click();
  const anew = page.getByRole('button', { name: '捨棄草稿，重新開始' });
  await page.getByRole('checkbox').nth(1).or(anew).first().waitFor();
  if (await anew.isVisible()) await anew.click();
}

async function tick(page, ...names) {
  for (const name of names) await page.getByRole('checkbox', { name: new RegExp(name) }).click();
  await page.getByText(`已選 ${names.length} 人`).first().waitFor();
}

/** Steps 1 to 3: the recipients are ticked, then 下一步. */
async function atMessage(page, ...names) {
  await atRecipients(page);
  await tick(page, ...names);
  await next(page);
  await page.getByLabel('訊息內容 1').waitFor();
}

async function atSavedReplies(page) {
  await atMessage(page, '陳柏翰');
  await page.getByRole('button', { name: '預存回覆' }).click();
  await dialog(page).getByRole('button', { name: /秋冬新品介紹/ }).waitFor();
}

async function atPreview(page, text, ...names) {
  await atMessage(page, ...names);
  await page.getByLabel('訊息內容 1').fill(text);
  await page.getByText('草稿已儲存').waitFor();
  await next(page);
  await shown(page, /人會送出/);
}

async function send(page, text, ...names) {
  await atPreview(page, text, ...names);
  await page.getByRole('button', { name: /^送出給/ }).click();
  await page.getByText(/全部處理完成/).waitFor();
}

/** The record of a send, opened from 群發訊息紀錄. */
async function atRecord(page, text) {
  await atMenu(page);
  await dialog(page).getByRole('link', { name: /^群發訊息紀錄/ }).click();
  await page.locator('a[href*="/records/"]').filter({ hasText: text, visible: true }).first().click();
  await shown(page, '失敗原因');
}

async function open(page, name) {
  await page.getByRole('listitem').filter({ hasText: name }).filter({ hasText: '檢視' }).first().click();
  await page.waitForURL(/\/people\//);
}

const JOURNEYS = {
  '1 處理中, the three lines': async (page) => {
    await atMenu(page);
    for (const entry of ['群發訊息', '群發範本訊息', '群發訊息紀錄']) await dialog(page).getByText(entry, { exact: true }).waitFor();
  },
  '2 群發訊息 or 群發範本訊息': async (page) => {
    await atRecipients(page);
    await page.getByRole('checkbox', { name: /陳柏翰/ }).waitFor();
    await atRecipients(page, /^群發範本訊息/);
    await page.getByRole('checkbox', { name: new RegExp(PAST) }).waitFor();
    check((await page.getByRole('checkbox', { name: /陳柏翰/ }).count()) === 0, 'a LINE customer can be sent a template');
  },
  '3 recipients are ticked, 下一步': (page) => atMessage(page, '林雅婷', '陳柏翰'),
  '4 篩選 by what the customer is': async (page) => {
    await atRecipients(page);
    await page.getByRole('button', { name: '篩選' }).click();
    await dialog(page).getByLabel('鞋碼', { exact: true }).selectOption('between');
    await dialog(page).getByLabel('從').last().fill('23.5');
    await dialog(page).getByRole('button', { name: '看符合的 1 人' }).click();
    await tick(page, '林雅婷');
    check((await page.getByRole('checkbox', { name: /陳柏翰/ }).count()) === 0, 'the filter lets everybody through');
  },
  '5 圖片、影片、文字, five at most': async (page) => {
    await atMessage(page, '陳柏翰');
    await page.getByLabel('訊息內容 1').fill('新品到店');
    await page.getByLabel('圖片', { exact: true }).setInputFiles(PICTURE);
    await page.getByLabel('影片', { exact: true }).setInputFiles(FILM);
    await page.getByLabel('圖片', { exact: true }).setInputFiles(PICTURE);
    await page.getByLabel('圖片', { exact: true }).setInputFiles(PICTURE);
    await page.getByText('一次最多 5 則，移除一則才能再加。').waitFor();
  },
  '6 選擇類別': async (page) => {
    await atSavedReplies(page);
    await dialog(page).getByRole('button', { name: /選擇類別/ }).click();
    await dialog(page).getByRole('button', { name: /^新品/ }).click();
  },
  '7 篩選 applies the categories': async (page) => {
    await JOURNEYS['6 選擇類別'](page);
    await dialog(page).getByRole('button', { name: '篩選' }).click();
    await dialog(page).getByRole('button', { name: /營業時間/ }).waitFor({ state: 'detached' });
    await dialog(page).getByRole('button', { name: /秋冬新品介紹/ }).waitFor();
  },
  '8 the saved reply is picked, and can be changed': async (page) => {
    await JOURNEYS['7 篩選 applies the categories'](page);
    await dialog(page).getByRole('button', { name: /秋冬新品介紹/ }).click();
    await dialog(page).getByRole('button', { name: /^(加入|取代)/ }).first().click();
    const taken = page.getByLabel(/訊息內容 [12]/).filter({ visible: true }).last();
    await taken.waitFor();
    check((await taken.inputValue()).includes('秋冬新品在這裡'), 'the saved text did not land in the message');
    await taken.fill('秋冬新品在這裡，歡迎來店');
  },
  '9 下一步 leads to the preview': (page) => atPreview(page, '預覽的內容', '陳柏翰'),
  '10 the order may differ, 送出': async (page) => {
    const before = (await ledger()).length;
    await atPreview(page, '第十步的內容', '林雅婷', '周子晴');
    await page.getByText('消費者實際收到的訊息順序，依傳輸狀況可能與預覽略有不同。').waitFor();
    await page.getByRole('button', { name: '送出給 1 人' }).click();
    await page.getByText('全部處理完成，1 人沒有收到。').waitFor();
    const sent = (await ledger()).slice(before);
    check(sent.length === 1 && sent[0].messages[0].text === '第十步的內容', `LINE has ${JSON.stringify(sent)}`);
  },
  '11 群發訊息紀錄': async (page) => {
    await atMenu(page);
    await dialog(page).getByRole('link', { name: /^群發訊息紀錄/ }).click();
    await shown(page, '第十步的內容');
  },
  '12 ⚠ on the record, and who failed': async (page) => {
    await JOURNEYS['11 群發訊息紀錄'](page);
    await shown(page, '1 人失敗');
    await atRecord(page, '第十步的內容');
  },
  '13 the one who failed': async (page) => {
    await atRecord(page, '第十步的內容');
    await page.getByRole('listitem').filter({ hasText: '周子晴' }).first().waitFor();
  },
  '14 檢視': async (page) => {
    await atRecord(page, '第十步的內容');
    await open(page, '周子晴');
  },
  '15 unfollowed': async (page) => {
    await JOURNEYS['14 檢視'](page);
    await shown(page, /unfollowed/);
    await shown(page, '由 Storecast 檢查，未送出');
    await still(page);
  },
  '16 a WhatsApp customer who failed': async (page) => {
    await send(page, '給 WhatsApp 的內容', PAST, NEAR, '陳柏翰');
    const sent = (await ledger()).filter((entry) => JSON.stringify(entry.messages).includes('給 WhatsApp 的內容'));
    check(sent.length === 2, `${sent.length} were sent, not 2`);
    await atRecord(page, '給 WhatsApp 的內容');
    await page.getByRole('listitem').filter({ hasText: PAST }).first().waitFor();
  },
  '17 檢視': async (page) => {
    await atRecord(page, '給 WhatsApp 的內容');
    await open(page, PAST);
  },
  '18 more than 24 hours': async (page) => {
    await JOURNEYS['17 檢視'](page);
    await shown(page, /more than 24 hours have passed since the customer last replied to this number\./);
    await shown(page, '由 Storecast 檢查，未送出');
  },
  'the last hint: 群發範本訊息 is advised, and reaches her': async (page) => {
    await atPreview(page, '先試一般訊息', PAST, NEAR);
    await shown(page, /建議用群發範本訊息/);
    await page.getByRole('button', { name: '改用範本傳給這 1 人' }).click();
    await page.getByRole('button', { name: '選擇範本' }).click();
    await page.getByText('營業時間異動').first().click();
    await control(page, /套用|下一步/).last().click();
    await shown(page, '1 人會送出');
    await page.getByRole('button', { name: '送出給 1 人' }).click();
    await page.getByText(/全部處理完成/).waitFor();
    const sent = (await ledger()).filter((entry) => entry.messages[0]?.type === 'template');
    check(sent.length === 1, `${sent.length} templates were sent, not 1`);
  },
};

await journey(async (openPage) => {
  const page = await openPage();
  await signIn(page, world.url, world.members.sales);
  for (const [name, steps] of Object.entries(JOURNEYS)) {
    try {
      await steps(page);
    } catch (error) {
      throw new Error(`step ${name}: ${error.message}`, { cause: error });
    }
    console.log(`step ${name}`);
  }
});
