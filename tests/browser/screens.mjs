// Every screen of the app: who looks at it, its route, and the steps to take there. The pictures and the checks for
// accessibility go through the same list; a new screen is one more entry.

import { load, still } from './browser.mjs';

/** Words of the app in both languages, as a person reads them. */
const WORDS = {
  menu: /^(群發選單|Group-send menu)$/,
  next: /^(下一步|Next)/,
  anew: /^(捨棄草稿，重新開始|Discard it and start anew)$/,
  message: /^(訊息內容|Message text) 1/,
  filter: /^(篩選|Filter)/,
  more: /^(更多動作|More actions)$/,
  details: /^(顧客資料|Customer details)$/,
  template: /^(群發範本訊息|Group template message)/,
  keep: /^(只留|Keep the )/,
  saved: /^(預存回覆|Saved replies)$/,
  use: /^(套用|Use)/,
  resume: /^(恢復傳送|Resume)$/,
  stop: /^(停止傳送|Stop sending)$/,
  stopped: /(停止了這次傳送|stopped this send)$/,
  retry: /^(重試 \d+ 人|Retry the \d+ that can succeed)$/,
  again: /^(仍要重傳給 \d+ 人|Send again to \d+ anyway)$/,
  againOne: /^(仍要重傳|Send again anyway)$/,
  unknown: /^(未知|Unknown)/,
};

/** Opens the first send step, with nothing left of an earlier draft, and ticks the first customers. */
async function chooseRecipients(page) {
  const anew = page.getByRole('button', { name: WORDS.anew });
  const rows = page.getByRole('checkbox');
  await rows.or(anew).first().waitFor();
  if (await anew.isVisible()) await anew.click();
  // The first of them is "select all".
  for (const place of [1, 2, 3, 4, 5, 6]) {
    const row = rows.nth(place);
    if ((await row.getAttribute('aria-checked')) !== 'true') await row.click();
  }
}

async function goOn(page) {
  await page.getByRole('link', { name: WORDS.next }).or(page.getByRole('button', { name: WORDS.next })).click();
}

async function write(page) {
  await chooseRecipients(page);
  await goOn(page);
  await page.getByLabel(WORDS.message).first().fill(
    '您好，我是信義店的芷晴。\n秋冬新品「霧面手作杯」今天到店，幫您留了兩色。\nhttps://qingyu.example/new',
  );
}

/** Opens the picker of templates for the customers of one number of two. */
async function pickTemplate(page) {
  await page.getByRole('button', { name: WORDS.menu }).click();
  await page.getByRole('dialog').getByRole('link', { name: WORDS.template }).click();
  const anew = page.getByRole('button', { name: WORDS.anew });
  const rows = page.getByRole('checkbox');
  await rows.nth(1).or(anew).first().waitFor();
  if (await anew.isVisible()) await anew.click();
  await rows.first().click();
  await page.getByRole('button', { name: WORDS.keep }).first().click();
  await page.getByRole('button', { name: WORDS.keep }).first().waitFor({ state: 'detached' });
  await goOn(page);
  await page.getByText('到店取貨通知').first().waitFor();
}

async function fillTemplate(page) {
  await pickTemplate(page);
  await page.getByText('到店取貨通知').first().click();
  await page.getByRole('button', { name: WORDS.use }).click();
  await page.getByRole('textbox').first().fill('林雅婷');
  await page.getByRole('textbox').nth(1).fill('信義店');
}

async function openFirst(page, part) {
  await page.locator(`a[href*="${part}"]:visible`).first().click();
  await page.waitForURL((url) => url.pathname.includes(part));
}

/** Opens the first record that shows this, whichever place it has in the list. */
async function openRecord(page, shows) {
  const links = page.locator('a[href*="/records/"]:visible');
  await links.first().waitFor();
  const records = new Set(await links.evaluateAll((all) => all.map((link) => link.href)));
  for (const record of records) {
    await load(page, record);
    await still(page);
    if (await shows(page).first().isVisible()) return;
  }
  throw new Error(`none of ${records.size} records shows ${shows(page)}`);
}

const button = (name) => (page) => page.getByRole('button', { name });

/** Opens a record that offers this, and presses it: the question before it. */
async function askInRecord(page, name) {
  await openRecord(page, button(name));
  await button(name)(page).first().click();
  await page.getByRole('alertdialog').waitFor();
}

async function fillDocument(page) {
  await pickTemplate(page);
  await page.getByText('保固書（附 PDF）').first().click();
  await page.getByRole('button', { name: WORDS.use }).click();
  await page.locator('input[type=file]').setInputFiles({
    name: '霧面手作杯 保固書.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from('%PDF-1.4\nstartxref\n0\n%%EOF'),
  });
  await page.getByText(/^(已上傳|Uploaded)$/).waitFor();
}

/**
 * Each screen: its name, who looks at it (`sales` where left out, nobody with null), the route, the steps to take there, and
 * whether those write into the drafts of who takes them: two that do disturb each other at the same time.
 */
export const SCREENS = [
  { name: 'sign-in', as: null, route: '/' },
  { name: 'conversations', route: '/' },
  { name: 'conversations-pending', route: '/?tab=pending' },
  { name: 'conversations-closed', route: '/?tab=closed' },
  { name: 'conversations-team', as: 'admin', route: '/' },
  { name: 'menu', route: '/', steps: (page) => page.getByRole('button', { name: WORDS.menu }).click() },
  { name: 'menu-without-omo', as: 'plain', route: '/', steps: (page) => page.getByRole('button', { name: WORDS.menu }).click() },
  { name: 'conversation', route: '/', steps: (page) => openFirst(page, '/conversations/') },
  { name: 'recipients', route: '/send/recipients', drafts: true, steps: chooseRecipients },
  {
    name: 'recipients-filter',
    route: '/send/recipients',
    drafts: true,
    steps: async (page) => {
      await chooseRecipients(page);
      await page.getByRole('button', { name: WORDS.filter }).first().click();
    },
  },
  { name: 'message', route: '/send/recipients', drafts: true, steps: write },
  {
    name: 'check',
    route: '/send/recipients',
    drafts: true,
    steps: async (page) => {
      await write(page);
      await goOn(page);
      await page.waitForURL('**/send/check');
    },
  },
  { name: 'send-without-omo', as: 'plain', route: '/send/recipients' },
  { name: 'records', route: '/records' },
  {
    name: 'records-filter',
    route: '/records',
    steps: (page) => page.getByRole('button', { name: WORDS.filter }).first().click(),
  },
  { name: 'record', route: '/records', steps: (page) => openFirst(page, '/records/') },
  {
    name: 'record-person',
    route: '/records',
    steps: async (page) => {
      await openFirst(page, '/records/');
      await openFirst(page, '/people/');
    },
  },
  // A send that a person holds, one that was stopped, and one where some can be retried and some are unknown.
  { name: 'record-held', route: '/records', steps: (page) => openRecord(page, button(WORDS.resume)) },
  { name: 'record-stop', route: '/records', steps: (page) => askInRecord(page, WORDS.stop) },
  { name: 'record-stopped', route: '/records', steps: (page) => openRecord(page, (at) => at.getByText(WORDS.stopped)) },
  { name: 'record-retry', route: '/records', steps: (page) => askInRecord(page, WORDS.retry) },
  { name: 'record-again', route: '/records', steps: (page) => askInRecord(page, WORDS.again) },
  {
    name: 'record-person-again',
    route: '/records',
    steps: async (page) => {
      await openRecord(page, button(WORDS.again));
      await page.getByRole('button', { name: WORDS.unknown }).last().click();
      await openFirst(page, '/people/');
      await button(WORDS.againOne)(page).waitFor();
    },
  },
  {
    name: 'customer-details',
    route: '/',
    steps: async (page) => {
      await openFirst(page, '/conversations/');
      await page.getByRole('button', { name: WORDS.more }).click();
      await page.getByRole('menuitem', { name: WORDS.details }).click();
    },
  },
  { name: 'more', route: '/more' },
  { name: 'more-admin', as: 'admin', route: '/more' },
  { name: 'figures', route: '/more/figures' },
  { name: 'attributes', as: 'admin', route: '/more/attributes' },
  { name: 'saved-replies', route: '/saved-replies' },
  { name: 'saved-reply-new', route: '/saved-replies/new' },
  { name: 'categories', as: 'admin', route: '/saved-replies/categories' },
  {
    name: 'saved-reply-picker',
    route: '/send/recipients',
    drafts: true,
    steps: async (page) => {
      await write(page);
      await page.getByRole('button', { name: WORDS.saved }).click();
    },
  },
  { name: 'templates', as: 'admin', route: '/more/templates' },
  { name: 'template-picker', route: '/', drafts: true, steps: pickTemplate },
  { name: 'template-fill', route: '/', drafts: true, steps: fillTemplate },
  { name: 'template-document', route: '/', drafts: true, steps: fillDocument },
  {
    name: 'template-check',
    route: '/',
    drafts: true,
    steps: async (page) => {
      await fillTemplate(page);
      await goOn(page);
      await page.waitForURL('**/send/check');
    },
  },
  { name: 'not-found', route: '/nowhere' },
];

