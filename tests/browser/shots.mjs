// Pictures of every screen, in both themes, languages and sizes, of the demo. Run by `cargo xtask shots`.
// A new screen is one more entry of SCREENS.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DESK, PHONE, load, signIn, still, withBrowser } from './browser.mjs';

const demo = JSON.parse(process.env.DEMO ?? 'null');
if (!demo) throw new Error('DEMO is missing: pictures are taken by `cargo xtask shots`');
const folder = process.env.SHOTS ?? path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'shots');
const only = process.env.SHOTS_ONLY ?? '';

/** Words of the app in both languages, as a person reads them. */
const WORDS = {
  menu: /^(群發選單|Group-send menu)$/,
  next: /^(下一步|Next)/,
  anew: /^(捨棄草稿，重新開始|Discard it and start anew)$/,
  message: /^(訊息內容|Message text) 1/,
  filter: /^(篩選|Filter)/,
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

async function openFirst(page, part) {
  await page.locator(`a[href*="${part}"]:visible`).first().click();
  await page.waitForURL((url) => url.pathname.includes(part));
}

/**
 * Each screen: its name, who looks at it (`sales` where left out, nobody with null), the route, and the steps to take there.
 */
const SCREENS = [
  { name: 'sign-in', as: null, route: '/' },
  { name: 'conversations', route: '/' },
  { name: 'conversations-pending', route: '/?tab=pending' },
  { name: 'conversations-closed', route: '/?tab=closed' },
  { name: 'conversations-team', as: 'admin', route: '/' },
  { name: 'menu', route: '/', steps: (page) => page.getByRole('button', { name: WORDS.menu }).click() },
  { name: 'menu-without-omo', as: 'plain', route: '/', steps: (page) => page.getByRole('button', { name: WORDS.menu }).click() },
  { name: 'conversation', route: '/', steps: (page) => openFirst(page, '/conversations/') },
  { name: 'recipients', route: '/send/recipients', steps: chooseRecipients },
  {
    name: 'recipients-filter',
    route: '/send/recipients',
    steps: async (page) => {
      await chooseRecipients(page);
      await page.getByRole('button', { name: WORDS.filter }).first().click();
    },
  },
  { name: 'message', route: '/send/recipients', steps: write },
  {
    name: 'check',
    route: '/send/recipients',
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
  { name: 'more', route: '/more' },
  { name: 'not-found', route: '/nowhere' },
];

/** How long a step may take, in milliseconds: shorter than a journey's, as there are hundreds of them. */
const PATIENCE = 8_000;

const LOOKS = [];
for (const [size, viewport] of [['phone', PHONE], ['desk', DESK]]) {
  for (const theme of ['light', 'dark']) {
    for (const locale of ['zh-TW', 'en-US']) LOOKS.push({ size, viewport, theme, locale });
  }
}

mkdirSync(folder, { recursive: true });
const failed = [];
await withBrowser('shots', async (open) => {
  for (const look of LOOKS) {
    const wanted = SCREENS.filter((screen) => screen.name.includes(only));
    const pages = new Map();
    for (const { name, as = 'sales', route, steps } of wanted) {
      const file = path.join(folder, `${name}-${look.size}-${look.theme}-${look.locale.slice(0, 2)}.png`);
      try {
        if (!pages.has(as)) {
          const page = await open(look);
          page.setDefaultTimeout(PATIENCE);
          if (as !== null) await signIn(page, demo.url, demo.members[as]);
          pages.set(as, page);
        }
        const page = pages.get(as);
        await load(page, demo.url + route);
        await still(page);
        await steps?.(page, look);
        await still(page);
        await page.screenshot({ path: file, animations: 'disabled' });
        console.log(file);
      } catch (error) {
        const why = `${path.basename(file)}: ${error.message}`;
        console.error(why);
        failed.push(why);
        await pages.get(as)?.screenshot({ path: file.replace('.png', '.failed.png') });
      }
    }
    for (const page of pages.values()) await page.context().close();
  }
});
if (failed.length > 0) {
  console.error(`${failed.length} pictures could not be taken:\n${failed.join('\n')}`);
  process.exit(1);
}
