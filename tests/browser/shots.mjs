// Pictures of every screen, in both themes, languages and sizes, of the demo. Run by `cargo xtask shots`.
// The screens are those of screens.mjs.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DESK, PHONE, SMALL, load, signIn, still, withBrowser } from './browser.mjs';
import { SCREENS } from './screens.mjs';

const demo = JSON.parse(process.env.DEMO ?? 'null');
if (!demo) throw new Error('DEMO is missing: pictures are taken by `cargo xtask shots`');
const folder = process.env.SHOTS ?? path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'shots');
const only = process.env.SHOTS_ONLY ?? '';

/** How long a step may take, in milliseconds: shorter than a journey's, as there are hundreds of them. */
const PATIENCE = 8_000;

const LOOKS = [];
for (const [size, viewport] of [['small', SMALL], ['phone', PHONE], ['desk', DESK]]) {
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
