// Typing runs ahead: what a field held a moment ago comes back from the app when more was typed since, and would undo it.
// Such an echo is left out; a value that the app itself gives a field is not.
const ahead = new WeakMap();
// In milliseconds: how long an echo may be under way.
const RECENT = 2000;

window.focusField = (id) => document.getElementById(id)?.focus();

window.writeField = (id, text, caret) => {
  const field = document.getElementById(id);
  if (!field?.setSelectionRange) return;
  ahead.delete(field);
  field.value = text;
  field.focus();
  field.setSelectionRange(caret, caret);
};

addEventListener('input', ({ target, timeStamp }) => {
  if (!('value' in target)) return;
  const recent = (ahead.get(target) ?? []).filter((typed) => timeStamp - typed.at < RECENT);
  ahead.set(target, [...recent, { value: target.value, at: timeStamp }]);
}, true);

// What follows one of these is an answer to it, not an echo.
for (const kind of ['pointerdown', 'submit', 'focusout']) {
  addEventListener(kind, () => ahead.delete(document.activeElement), true);
}
addEventListener('keydown', ({ key, target, isComposing }) => {
  if (key === 'Enter' && !isComposing) ahead.delete(target);
}, true);

for (const { prototype } of [HTMLInputElement, HTMLTextAreaElement]) {
  const { get, set } = Object.getOwnPropertyDescriptor(prototype, 'value');
  Object.defineProperty(prototype, 'value', {
    configurable: true,
    enumerable: true,
    get,
    set(value) {
      const typed = ahead.get(this) ?? [];
      const echo = typed.some((one) => one.value === value && performance.now() - one.at < RECENT);
      if (echo && this === document.activeElement) return;
      set.call(this, value);
    },
  });
}
