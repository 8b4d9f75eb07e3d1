// Loads the chunks of the app: the screens that are loaded when they are opened. `xtask` writes in their files, whose names hold a hash of what
// is in them; a build that is not split has none, and everything is in the app itself.

/** The files by their names; those of `app/src/chunks.rs`, and one that they share. */
const FILES = new Map(['{chunks}']);
/** What several chunks need. */
const SHARED = 'shared';
/** How long a browser that does not tell when it is idle waits until it loads ahead, in milliseconds. */
const SOON = 2_000;

/** The server does not have the file any more: this page is of a version before its own. */
class Gone extends Error {}

/** Tells what the app exports, as soon as it runs. */
export let begin;
const app = new Promise((done) => {
  begin = done;
});

/** Does work once for each name; what failed is done again the next time. */
function once(work) {
  const done = new Map();
  return (name) => {
    if (!done.has(name)) {
      const doing = work(name);
      done.set(name, doing);
      doing.catch(() => done.delete(name));
    }
    return done.get(name);
  };
}

const compiled = once(async (name) => {
  const answer = await fetch(FILES.get(name));
  if (answer.status === 404) throw new Gone(name);
  return WebAssembly.compileStreaming(answer);
});

/** A chunk works on the memory and the functions of the app; what it exports. */
const started = once(async (name) => {
  const needs = name !== SHARED && FILES.has(SHARED);
  const [module, main, shared] = await Promise.all([compiled(name), app, needs ? started(SHARED) : {}]);
  return (await WebAssembly.instantiate(module, { m: main, s: shared })).exports;
});

/** Brings a chunk into the app; answers false where the server does not have it any more, and throws where it cannot be reached. */
export async function load(name) {
  try {
    const exports = FILES.size > 0 ? await started(name) : await app;
    exports[`chunk_${name}`]();
    return true;
  } catch (error) {
    if (error instanceof Gone) return false;
    throw error;
  }
}

/** Loads all chunks ahead while the browser has nothing else to do, so that screens open at once. */
export function prefetch() {
  const idle = globalThis.requestIdleCallback ?? ((work) => setTimeout(work, SOON));
  const [next, ...rest] = FILES.keys();
  const one = (name, after) =>
    idle(async () => {
      // What did not come is loaded when it is opened, which says what is wrong.
      await compiled(name).catch(() => {});
      if (after.length > 0) one(after[0], after.slice(1));
    });
  if (next) one(next, rest);
}
