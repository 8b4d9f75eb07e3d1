// Loads the split program with the `chunks.js` of the app, as a browser does. The folder it is in is the first argument.

import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = process.argv[2];
const hashed = (start) => readdirSync(folder).find((name) => name.startsWith(start));
const code = (text, at) => text.charCodeAt(at);

let asked = [];
let hasLine = true;
let hasFiles = true;
globalThis.fetch = async (file) => {
  asked.push(file.replace(/-[0-9a-f]{16}/, ''));
  if (!hasLine) throw new TypeError('no line');
  if (!hasFiles) return new Response('', { status: 404 });
  return new Response(readFileSync(path.join(folder, file)), { headers: { 'content-type': 'application/wasm' } });
};
let idle = [];
globalThis.requestIdleCallback = (work) => idle.push(work);

const { begin, load, prefetch } = await import(pathToFileURL(path.join(folder, hashed('chunks-'))));
const { instance } = await WebAssembly.instantiate(readFileSync(path.join(folder, hashed('app_bg-'))), {});
const app = instance.exports;
assert.equal(app.draw(0, 3), 0, 'a screen is here that was not loaded');

// What is opened before the app runs waits for it.
const waiting = load('send');
begin(app);
assert.equal(await waiting, true);

// What cannot be reached, or is not there any more, is asked for again the next time.
hasLine = false;
await assert.rejects(load('records'), /no line/);
hasLine = true;
hasFiles = false;
assert.equal(await load('records'), false, 'a file that is gone is not said to be gone');
hasFiles = true;

// What they share stays as the first one has changed it.
assert.equal(app.draw(0, 3), 200 + 300 + code('in the shared file', 3) + code('in the chunk send', 3));
assert.equal(app.draw(0, 8), 201 + 301 + code('in the shared file', 8) + code('in the chunk send', 8));
assert.equal(app.draw(1, 0), 0, 'a screen is here that was not loaded');
asked = [];
assert.equal(await load('records'), true);
assert.deepEqual(asked, ['/chunks/records.wasm'], 'what they share was loaded twice');
assert.equal(app.draw(1, 4), 302 + code('in the shared file', 4) + code('in the chunk records', 4));
assert.equal(await load('send'), true);
assert.equal(app.draw(0, 0), 202 + 303 + code('in the shared file', 0) + code('in the chunk send', 0));
assert.equal(app.opened(5), 104 + code('in the first file', 5));

// Loading ahead loads nothing twice.
asked = [];
prefetch();
while (idle.length > 0) await idle.shift()();
assert.deepEqual(asked, []);
