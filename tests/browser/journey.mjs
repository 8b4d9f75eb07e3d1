// A journey: what `tests/tests/browser.rs` runs. The world it takes place in stands in the variable JOURNEY.

import { withBrowser } from './browser.mjs';

export { DESK, PHONE, SMALL, load, signIn, still } from './browser.mjs';

/** The addresses and the members of the world. */
export const world = JSON.parse(process.env.JOURNEY ?? 'null');

/** Makes the journey; the process fails if it does. */
export async function journey(steps, options) {
  if (!world) throw new Error('JOURNEY is missing: journeys are run by `cargo xtask test browser`');
  await withBrowser(process.env.JOURNEY_NAME ?? 'journey', steps, options);
}

/** Asks the sandbox's control API. */
export async function sandbox(method, route, body) {
  const answer = await fetch(`${world.sandbox}/_sandbox/${route}`, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${text}`);
  return text.startsWith('{') && text.includes('\n{') ? text.trim().split('\n').map((line) => JSON.parse(line)) : JSON.parse(text);
}

/** Whether an entry of the ledger is of a group send: those who get the same share a call. */
export const isSend = (entry) => entry.endpoint === 'push' || entry.endpoint === 'multicast';

/** Everything that LINE accepted, one entry per recipient. */
export async function ledger() {
  const answer = await fetch(`${world.sandbox}/_sandbox/ledger.jsonl`);
  const text = await answer.text();
  return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

/** Fails with these words unless it holds. */
export function check(holds, words) {
  if (!holds) throw new Error(words);
}

/** Waits until it holds, and fails with these words where it does not in time. */
export async function until(words, holds) {
  for (const end = Date.now() + 20_000; !(await holds());) {
    check(Date.now() < end, `not in time: ${words}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** What can be pressed under this name, a button or a link alike: to a person they are the same. */
export function control(within, name) {
  return within.getByRole('button', { name }).or(within.getByRole('link', { name }));
}

/** Waits until these words can be seen: a table and cards may hold the same ones, and one of them is hidden. */
export async function shown(page, words) {
  await page.getByText(words).filter({ visible: true }).first().waitFor();
}
