// Every screen for those who see, hear or move otherwise: axe finds nothing on it in either theme, and at 320 px with text
// of 130 % nothing is cut off and nothing scrolls sideways.

import axe from 'axe-core';

import { PHONE, SMALL, journey, load, signIn, still, world } from './journey.mjs';
import { SCREENS } from './screens.mjs';

/** What axe says of the page, one line per element. */
async function faultsByAxe(page) {
  // Half faded in, nothing has its colours yet.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  await page.evaluate(axe.source);
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

/** Goes through the screens in one look, and gives what is wrong on each. */
async function walk(open, look, faultsOf, prepare) {
  const found = [];
  const pages = new Map();
  for (const { name, as = 'sales', route, steps } of SCREENS) {
    if (!pages.has(as)) {
      const page = await open(look);
      if (as !== null) await signIn(page, world.url, seat(as));
      pages.set(as, page);
    }
    const page = pages.get(as);
    await load(page, world.url + route);
    await prepare?.(page);
    await still(page);
    try {
      await steps?.(page, look);
      await still(page);
    } catch (error) {
      throw new Error(`${name} (${look.theme}): ${error.message}`);
    }
    for (const fault of await faultsOf(page)) found.push(`${name} (${look.theme} ${look.locale}): ${fault}`);
  }
  for (const page of pages.values()) await page.context().close();
  return found;
}

await journey(async (open) => {
  const found = [];
  for (const theme of ['light', 'dark']) {
    found.push(...(await walk(open, { viewport: PHONE, theme, locale: 'zh-TW' }, faultsByAxe)));
  }
  for (const locale of ['zh-TW', 'en-US']) {
    const larger = (page) =>
      page.evaluate(() => {
        document.documentElement.style.fontSize = '130%';
      });
    found.push(...(await walk(open, { viewport: SMALL, theme: 'light', locale }, faultsOfSpace, larger)));
  }
  if (found.length > 0) throw new Error(`${found.length} faults:\n${[...new Set(found)].join('\n')}`);
});
