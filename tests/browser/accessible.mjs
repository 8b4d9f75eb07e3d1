// Every screen for those who see, hear or move otherwise: axe finds nothing on it in either theme, and at 320 px with text
// of 130 % nothing is cut off and nothing scrolls sideways.

import axe from 'axe-core';

import { PHONE, SMALL, journey, load, signIn, still, world } from './journey.mjs';
import { SCREENS } from './screens.mjs';

/** What axe says of the page, one line per element. */
async function faultsByAxe(page) {
  // Half faded in, nothing has its colours yet.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id} (${help}): ${node.html.slice(0, 200)}`));
}

/** What is wider than its place, or cut off in it. What may end in "…" is a preview, and says so by its style. */
async function faultsOfSpace(page) {
  return page.evaluate(() => {
    const faults = [];
    const say = (element, what) => {
      const words = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 60);
      faults.push(`${what}: <${element.tagName.toLowerCase()} class="${element.className}"> ${words}`);
    };
    const root = document.scrollingElement;
    if (root.scrollWidth > root.clientWidth) say(root, `the page is ${root.scrollWidth} px wide`);
    for (const element of document.body.querySelectorAll('*')) {
      const style = getComputedStyle(element);
      if (style.visibility === 'hidden' || element.clientWidth <= 1 || element.closest('svg, .vh, [inert]')) continue;
      const over = element.scrollWidth - element.clientWidth;
      const scrolls = ['auto', 'scroll'].includes(style.overflowX);
      if (scrolls && over > 1) say(element, `scrolls ${over} px sideways`);
      const cuts = ['hidden', 'clip'].includes(style.overflowX);
      const isPreview = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
      const isText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      if (cuts && !isPreview && isText && over > 1) say(element, `cuts ${over} px off`);
      const box = element.getBoundingClientRect();
      if (isText && box.width > 0 && box.right > root.clientWidth + 1 && style.position !== 'fixed') {
        say(element, `ends ${Math.round(box.right - root.clientWidth)} px beyond the screen`);
      }
    }
    return faults;
  });
}

/** A sign-in by the name that the list of screens uses. */
const seat = (as) => (as === 'plain' ? world.plain.sales : world.members[as]);

/** A phone, its colours, and how large its person reads; and what is looked for under it. */
const LIGHT = { viewport: PHONE, theme: 'light', text: '100%', faultsOf: faultsByAxe };
const DARK = { ...LIGHT, theme: 'dark' };
const LARGE = { viewport: SMALL, theme: 'light', text: '130%', faultsOf: faultsOfSpace };

/** Puts a look on the page that stands there, as a person's phone does while she reads. */
async function putOn(page, { viewport, theme, text }) {
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme: theme });
  await page.evaluate((size) => {
    document.documentElement.style.fontSize = size;
  }, text);
}

/** Goes through these screens once, with the first of the looks, puts each on in turn, and gives what is wrong under it. */
async function walk(open, screens, locale, looks) {
  const found = [];
  const pages = new Map();
  for (const { name, as = 'sales', route, steps } of screens) {
    if (!pages.has(as)) {
      const page = await open({ ...looks[0], locale });
      if (as !== null) await signIn(page, world.url, seat(as));
      pages.set(as, page);
    }
    const page = pages.get(as);
    await load(page, world.url + route);
    await putOn(page, looks[0]);
    try {
      await steps?.(page);
      for (const look of looks) {
        await putOn(page, look);
        await still(page);
        for (const fault of await look.faultsOf(page)) found.push(`${name} (${look.theme} ${locale}): ${fault}`);
      }
    } catch (error) {
      throw new Error(`${name} (${locale}): ${error.message}`);
    }
  }
  for (const page of pages.values()) await page.context().close();
  return found;
}

await journey(async (open) => {
  // A member has one draft of a kind: what writes into it goes one after the other, the rest beside it.
  const lanes = [SCREENS.filter((screen) => screen.drafts), SCREENS.filter((screen) => !screen.drafts)];
  const found = await Promise.all(
    lanes.map(async (screens) => [
      ...(await walk(open, screens, 'zh-TW', [LIGHT, DARK, LARGE])),
      // In the longer words of English also each step is taken where there is least space.
      ...(await walk(open, screens, 'en-US', [LARGE])),
    ]),
  );
  const faults = [...new Set(found.flat())];
  if (faults.length > 0) throw new Error(`${faults.length} faults:\n${faults.join('\n')}`);
});
