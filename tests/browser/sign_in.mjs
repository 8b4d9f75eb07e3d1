// A sales person signs in on her phone, under the content policy, and stays signed in when she reloads.

import { check, journey, load, signIn, still, world } from './journey.mjs';

await journey(async (open) => {
  const page = await open();
  const answer = await load(page, world.url);
  const policy = answer.headers()['content-security-policy'] ?? '';
  check(policy.includes("default-src 'none'"), `the page came with the content policy ${JSON.stringify(policy)}`);

  await signIn(page, world.url, world.members.sales);
  await still(page);
  await load(page, world.url);
  await page.getByRole('navigation').first().waitFor();
  check(!(await page.getByLabel(/^(密碼|Password)/i).isVisible()), 'a reload asks for the password again');
});
