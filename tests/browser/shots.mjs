// Pictures of every screen, in both themes, languages and sizes, of the demo. Run by `cargo xtask shots`.
// A new screen is one more entry of SCREENS.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DESK, PHONE, load, signIn, still, withBrowser } from './browser.mjs';

const demo = JSON.parse(process.env.DEMO ?? 'null');
if (!demo) throw new Error('DEMO is missing: pictures are taken by `cargo xtask shots`');
const folder = process.env.SHOTS ?? path.join(import.meta.dirname, '..', '..', 'shots');
const only = process.env.SHOTS_ONLY ?? '';

/**
 * Each screen: its name, who looks at it (`sales` where left out, nobody with null), the route, and steps to take there.
 * Words are given in both languages, as a person reads them.
 */
const SCREENS = [
  { name: 'sign-in', as: null, route: '/' },
  { name: 'conversations', route: '/' },
];

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
          if (as !== null) await signIn(page, demo.url, demo.members[as]);
          pages.set(as, page);
        }
        const page = pages.get(as);
        await load(page, demo.url + route);
        if (as !== null) await page.getByRole('navigation').first().waitFor({ state: 'attached' });
        await steps?.(page, look);
        await still(page);
        await page.screenshot({ path: file, animations: 'disabled' });
        console.log(file);
      } catch (error) {
        failed.push(`${path.basename(file)}: ${error.message}`);
      }
    }
    for (const page of pages.values()) await page.context().close();
  }
});
if (failed.length > 0) {
  console.error(`${failed.length} pictures could not be taken:\n${failed.join('\n')}`);
  process.exit(1);
}
