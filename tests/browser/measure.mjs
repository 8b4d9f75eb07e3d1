// How the release of the web app feels on a slow phone: its first screen, and how the list of conversations scrolls, each beside
// what is promised (architecture.md 8). Run by `cargo xtask measure`, in Chromium with its processor slowed.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { load, signIn, withBrowser } from './browser.mjs';

const demo = JSON.parse(process.env.DEMO ?? 'null');
if (!demo) throw new Error('DEMO is missing: this is measured by `cargo xtask measure`');
const RUNS = Number(process.env.RUNS ?? 5);

/** How many times slower the processor is made. */
const SLOWER = 4;
/** The most that a first screen may take, in milliseconds, and the fewest frames a second of the list. */
const FIRST_SCREEN = 2_000;
const FRAMES = 50;
/** Rows of the list, and how many come in an answer. */
const ROWS = 10_000;
const PER_ANSWER = 2_000;
/** The wheel: so many pixels every so many milliseconds, for so many seconds. */
const WHEELS = [{ step: 120, every: 50 }, { step: 240, every: 50 }, { step: 120, every: 16 }];
const SECONDS = 5;

const ROW = 'li a[href*="/conversations/"]';
const SIGN_IN = 'input[type="password"]';

async function slowed(page, rate) {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
  return session;
}

/** From the address to the first frame that shows this element, in milliseconds. */
async function untilShown(page, selector) {
  await page.addInitScript((wanted) => {
    const look = () => {
      const there = document.querySelector(wanted)?.checkVisibility();
      // The frame after the one that draws it: by then it has been seen.
      if (there) requestAnimationFrame(() => { window.shownAfter = performance.now(); });
      else requestAnimationFrame(look);
    };
    look();
  }, selector);
  await slowed(page, SLOWER);
  await page.goto(demo.url);
  await page.waitForFunction(() => window.shownAfter !== undefined);
  return page.evaluate(() => window.shownAfter);
}

function said(what, runs, unit, holds) {
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0];
  const figures = runs.map((run) => run.toFixed(unit === 'ms' ? 0 : 1)).join(', ');
  console.log(`${what}: ${figures} ${unit}${runs.every(holds) ? '' : '  MISSED'}  (load ${load})`);
}

/** Nothing is in the browser but, for the list, the session. */
async function firstScreens(open) {
  const known = await open();
  await signIn(known, demo.url, demo.members.sales);
  await known.locator(ROW).first().waitFor();
  const session = await known.context().storageState();
  const screens = [['first screen, sign in', SIGN_IN, undefined], ['first screen, the list', ROW, session]];
  for (const [what, selector, storageState] of screens) {
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) {
      const page = await open({ storageState });
      runs.push(await untilShown(page, selector));
      await page.context().close();
    }
    said(what, runs, 'ms', (time) => time < FIRST_SCREEN);
  }
}

/** The demo's own rows, again and again. */
async function longList(page) {
  let made;
  await page.route(/\/conversations(\?|$)/, async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    if (!made) {
      const { items } = await (await route.fetch()).json();
      made = Array.from({ length: ROWS }, (_, n) => ({ ...items[n % items.length], id: n < items.length ? items[n].id : randomUUID() }));
    }
    const from = Number(new URL(route.request().url()).searchParams.get('after') ?? 0);
    const to = Math.min(made.length, from + PER_ANSWER);
    return route.fulfill({ json: { items: made.slice(from, to), next: to < made.length ? String(to) : null } });
  });
  // Nothing is to come in while it is measured.
  await page.route(/\/events/, (route) => route.abort());
}

/** Calls `use` in the page with what scrolls the list, and `given`. */
function inList(page, use, given) {
  return page.evaluate(`(${use})([...document.querySelectorAll('.pane, .pane-body')].find((one) =>
    one.scrollHeight > one.clientHeight + 1000 && ['auto', 'scroll'].includes(getComputedStyle(one).overflowY)), ${JSON.stringify(given ?? null)})`);
}

async function scrolling(open) {
  const page = await open({ serviceWorkers: 'block' });
  await load(page, demo.url);
  await longList(page);
  await signIn(page, demo.url, demo.members.sales);
  await page.locator(ROW).nth(5).waitFor();
  for (let height = 0, same = 0; same < 8;) {
    const now = await inList(page, (list) => { list.scrollTop = list.scrollHeight; return list.scrollHeight; });
    same = now === height ? same + 1 : 0;
    height = now;
    await page.waitForTimeout(150);
  }
  const session = await slowed(page, SLOWER);
  for (const { step, every } of WHEELS) {
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) {
      await inList(page, (list) => { list.scrollTop = list.scrollHeight / 2; });
      await page.waitForTimeout(1_000);
      const counted = page.evaluate((lasts) => new Promise((then) => {
        const began = performance.now();
        let frames = 0;
        const frame = (now) => {
          frames += 1;
          if (now - began < lasts) requestAnimationFrame(frame);
          else then((frames / (now - began)) * 1000);
        };
        requestAnimationFrame(frame);
      }), SECONDS * 1000);
      const began = performance.now();
      for (let sent = 1; performance.now() - began < SECONDS * 1000; sent += 1) {
        // Not waited for: the page is behind by as much as it is slow.
        session.send('Input.dispatchMouseEvent', { type: 'mouseWheel', x: 200, y: 500, deltaX: 0, deltaY: step }).catch(() => {});
        await new Promise((then) => { setTimeout(then, Math.max(0, began + sent * every - performance.now())); });
      }
      runs.push(await counted);
    }
    said(`scrolling, ${step} px every ${every} ms`, runs, 'frames/s', (frames) => frames >= FRAMES);
  }
}

await withBrowser('measure', async (open) => {
  await firstScreens(open);
  await scrolling(open);
}, { expected: [/\/events/] });
