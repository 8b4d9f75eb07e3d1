// Draws the icons of the installed app from our own drawings: `node tests/browser/icons.mjs`, after a change of the mark.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const app = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'app');
const ICONS = [
  { drawing: 'web/icon.svg', file: 'icon-192.png', size: 192 },
  { drawing: 'web/icon.svg', file: 'icon-512.png', size: 512 },
  { drawing: 'icons/maskable.svg', file: 'maskable-192.png', size: 192 },
  { drawing: 'icons/maskable.svg', file: 'maskable-512.png', size: 512 },
  { drawing: 'icons/maskable.svg', file: 'apple-touch-180.png', size: 180 },
];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const { drawing, file, size } of ICONS) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const svg = readFileSync(path.join(app, drawing), 'utf8');
  await page.setContent(`<style>body { margin: 0 } svg { display: block; width: ${size}px; height: ${size}px }</style>${svg}`);
  writeFileSync(path.join(app, 'web', 'icons', file), await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
