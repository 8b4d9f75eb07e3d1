// Two devices of one sales person: what a customer writes, what the other device does and how a send goes on appears by
// itself, and disturbs neither what she reads nor what she types; a line that was cut comes back.

import net from 'node:net';

import { DESK, check, control, journey, load, sandbox, shown, signIn, still, world } from './journey.mjs';

/** A line to the server that can be cut. */
async function line(to) {
  const sockets = new Set();
  let cut = false;
  const server = net.createServer((client) => {
    if (cut) return client.destroy();
    const upstream = net.connect(Number(new URL(to).port), new URL(to).hostname);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut() {
      cut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      cut = false;
    },
    close() {
      this.cut();
      server.close();
    },
  };
}

/** The customer of this name writes. */
async function writes(name, text) {
  const customers = await sandbox('GET', `line/channels/${encodeURIComponent(world.account)}/customers`);
  const customer = customers.find((one) => one.name === name);
  await sandbox('POST', 'line/act', { channel: world.account, user: customer.user, act: { type: 'text', text } });
}

/** Marks the page: a reload would lose it. */
const mark = (page) => page.evaluate(() => { window.marked = true; });
const isMarked = (page) => page.evaluate(() => window.marked === true);

/** Where the reader is: the field, its text and caret, and where the message she reads stands on the screen. */
function standing(page, read) {
  return page.evaluate((text) => {
    const field = document.activeElement;
    const message = [...document.querySelectorAll('.pane-body[data-start="end"] *')].find((one) => one.childElementCount === 0 && one.textContent === text);
    return {
      focus: field.tagName,
      value: field.value,
      caret: field.selectionStart,
      top: Math.round(message.getBoundingClientRect().top),
    };
  }, read);
}

await journey(
  async (open) => {
    const wire = await line(world.url);
    try {
      const desk = await open({ viewport: DESK });
      const phone = await open();
      await signIn(desk, wire.url, world.members.sales);
      await signIn(phone, world.url, world.members.sales);

      // She reads an older message and types a reply.
      await desk.getByRole('link', { name: /林雅婷/ }).first().click();
      await shown(desk, '第 40 句');
      await still(desk);
      await mark(desk);
      await mark(phone);
      const reply = desk.getByLabel(/^回覆/).first();
      await reply.click();
      await reply.pressSequentially('這個霧面杯還有');
      await reply.press('ArrowLeft');
      await reply.press('ArrowLeft');
      const thread = desk.locator('.pane-body[data-start="end"]');
      await thread.evaluate((body) => body.scrollBy(0, -600));
      await desk.waitForTimeout(1500);
      const read = '第 25 句';
      const before = await standing(desk, read);
      check(before.focus === 'TEXTAREA' && before.value === '這個霧面杯還有' && before.caret === 5, `she types: ${JSON.stringify(before)}`);

      // The customer writes: a button leads there, and nothing else moves.
      await writes('林雅婷', '還想再問一件事');
      const jump = desk.getByRole('button', { name: '新訊息' });
      await jump.waitFor();
      const after = await standing(desk, read);
      check(Math.abs(after.top - before.top) <= 2, `what she reads moved: ${before.top} → ${after.top}`);
      check(JSON.stringify({ ...after, top: 0 }) === JSON.stringify({ ...before, top: 0 }), `what she types: ${JSON.stringify(after)}`);
      await reply.pressSequentially('很多');
      check((await reply.inputValue()) === '這個霧面杯很多還有', `typed on: ${await reply.inputValue()}`);
      await jump.click();
      await desk.locator('.pane-body[data-start="end"]').getByText('還想再問一件事').waitFor();
      await jump.waitFor({ state: 'detached' });

      // Another customer writes: in the list, on the tab and in the title, on both devices.
      await writes('陳柏翰', '可以寄到新竹嗎？');
      for (const page of [desk, phone]) {
        await shown(page, '可以寄到新竹嗎？');
        await page.waitForFunction(() => document.title.startsWith('(1) '));
        check(await isMarked(page), 'the page was loaded again');
      }
      check((await reply.inputValue()) === '這個霧面杯很多還有', 'the reply was lost');
      check(await reply.evaluate((field) => document.activeElement === field || field.value.length > 0), 'the field was lost');

      // Read on the phone: the desk knows.
      await phone.getByRole('link', { name: /陳柏翰/ }).first().click();
      await desk.waitForFunction(() => !document.title.startsWith('('));

      // Sent from the phone; the record on the desk goes on by itself to the end.
      await load(phone, world.url);
      await phone.getByRole('link', { name: /^處理中/ }).click();
      await phone.getByRole('button', { name: '群發選單' }).click();
      await phone.getByRole('dialog').getByRole('link', { name: /^群發訊息 / }).click();
      await phone.getByRole('checkbox', { name: /^選取全部/ }).click();
      await control(phone, '下一步').click();
      await phone.getByLabel('訊息內容 1').fill('新品到店');
      await phone.getByText('草稿已儲存').waitFor();
      await control(phone, '下一步').click();
      await desk.getByRole('link', { name: '紀錄' }).click();
      await mark(desk);
      await phone.getByRole('button', { name: /^送出給/ }).click();
      await phone.getByText('正在傳送。').first().waitFor();
      await mark(phone);
      await shown(desk, '新品到店');
      await phone.getByText('全部處理完成。').waitFor();
      await shown(desk, '100.00%');
      check((await isMarked(desk)) && (await isMarked(phone)), 'a page was loaded again');

      // The server goes away for a while, and comes back.
      await desk.getByRole('link', { name: /^對話/ }).first().click();
      await shown(desk, '陳柏翰');
      wire.cut();
      await desk.getByText(/即時更新中斷|目前離線/).first().waitFor();
      await writes('陳柏翰', '等您的消息');
      wire.mend();
      await shown(desk, '等您的消息');
      await desk.getByText(/即時更新中斷|目前離線/).first().waitFor({ state: 'detached' });
      await writes('陳柏翰', '謝謝您');
      await shown(desk, '謝謝您');
      check(await isMarked(desk), 'the page was loaded again');
    } finally {
      wire.close();
    }
  },
  { expected: [/ERR_/] },
);
