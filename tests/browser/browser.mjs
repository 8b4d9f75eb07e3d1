// The browser of the journeys and of the pictures: the system's Chromium, with everything that goes wrong in a page noted.

import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** The smallest phone that must do, and the sizes of the drawings: a phone and a desk. */
export const SMALL = { width: 320, height: 640 };
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 800 };

/** How long anything may take in a page, in milliseconds. */
const PATIENCE = 20_000;

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How long requests under way are waited for, in milliseconds: one that a test holds back never ends. */
const UNDER_WAY = 3_000;

/** The requests of each page that are not answered yet. */
const underWay = new WeakMap();

/** Notes what a page asks for until it is there; the stream of events counts as there once it begins. */
function follow(page) {
  const asked = new Set();
  underWay.set(page, asked);
  page.on('request', (request) => asked.add(request));
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => asked.delete(request));
  page.on('response', (response) => {
    if (response.headers()['content-type']?.startsWith('text/event-stream')) asked.delete(response.request());
  });
}

/** What a page may not say: breaches of the content policy come as console errors too. */
function listen(page, faults, expected) {
  const note = (fault) => {
    if (!expected.some((pattern) => pattern.test(fault))) faults.push(fault);
  };
  page.on('pageerror', (error) => note(`error in the page: ${error.stack ?? error}`));
  page.on('console', (message) => {
    const text = message.text();
    // A refused request is the app's to show; the browser's own line about it is no fault.
    if (message.type() === 'error' && !/^Failed to load resource/.test(text)) note(`console: ${text}`);
  });
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // Streams and requests that a page leaves behind are cut off by the browser.
    if (why !== 'net::ERR_ABORTED') note(`${request.method()} ${request.url()}: ${why}`);
  });
}

/**
 * Opens a browser and hands `use` a function that opens pages. Fails if anything went wrong in a page, unless it matches one
 * of `expected`; a picture of every open page is kept then.
 */
export async function withBrowser(name, use, { expected = [] } = {}) {
  const profile = await mkdtemp(path.join(tmpdir(), 'storecast-browser-'));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ARGUMENTS,
    env: { ...process.env, HOME: profile },
  });
  const faults = [];
  const pages = [];
  const open = async ({
    viewport = PHONE, theme = 'light', locale = 'zh-TW', phone = viewport.width < 600, ...more
  } = {}) => {
    const context = await browser.newContext({
      viewport,
      locale,
      colorScheme: theme,
      timezoneId: 'Asia/Taipei',
      hasTouch: phone,
      isMobile: phone,
      deviceScaleFactor: phone ? 2 : 1,
      ...more,
    });
    context.setDefaultTimeout(PATIENCE);
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (breach) => {
        console.error(`content policy: ${breach.violatedDirective} ${breach.blockedURI}`);
      });
    });
    const page = await context.newPage();
    listen(page, faults, expected);
    follow(page);
    pages.push(page);
    return page;
  };
  try {
    await use(open);
    if (faults.length > 0) throw new Error(`what went wrong in the pages:\n${faults.join('\n')}`);
  } catch (error) {
    await keepPictures(name, pages);
    if (faults.length > 0) console.error(faults.join('\n'));
    throw error;
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}

async function keepPictures(name, pages) {
  const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'results');
  mkdirSync(folder, { recursive: true });
  for (const [number, page] of pages.entries()) {
    const file = path.join(folder, `${name}-${number}.png`);
    try {
      await page.screenshot({ path: file });
      console.error(`picture: ${file}\naddress: ${page.url()}\n${await page.locator('body').innerText()}`);
    } catch (error) {
      console.error(`no picture of page ${number}: ${error.message}`);
    }
  }
}

/** Loads the app and waits until it has drawn its first screen. */
export async function load(page, address) {
  const answer = await page.goto(address);
  await page.waitForFunction(() => document.querySelector('#main')?.childElementCount > 0);
  return answer;
}

/** Signs in through the form, as a person does, in either language. */
export async function signIn(page, url, { email, password }) {
  await load(page, url);
  await page.getByLabel(/^(電子郵件|E-?mail)/i).fill(email);
  await page.getByLabel(/^(密碼|Password)/i).fill(password);
  await page.getByRole('button', { name: /^(登入|Sign in)$/i }).click();
  await page.getByRole('navigation').first().waitFor();
}

/** Waits until nothing loads any more: no skeleton, no request under way but the stream of events. */
export async function still(page) {
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
  // An answer may make the page ask for more: nothing may be under way for a while.
  const until = Date.now() + UNDER_WAY;
  for (let quiet = 0; quiet < 5 && Date.now() < until;) {
    await page.waitForTimeout(50);
    quiet = underWay.get(page)?.size > 0 ? 0 : quiet + 1;
  }
  await page.evaluate(() => document.fonts.ready);
}
