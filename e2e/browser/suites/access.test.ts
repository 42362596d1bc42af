import { expect, it } from 'vitest';
import { classic, fleet, johans, plates } from '../support/fleet.ts';
import { makeKey } from '../support/keys.ts';
import { logIn } from '../support/screens.ts';
import { suite } from '../support/suite.ts';

let admin = '';
let reader = '';

suite('a Fleetbeat that has keys', {
  before: async (server) => {
    admin = await makeKey(server, 'Anna', 'admin');
    reader = await makeKey(server, 'Rut', 'read');
  },
  prepare: async (server) => {
    server.api.key = admin;
    await classic(server);
  },
}, (world) => {
  it('shows nothing without one, refuses a wrong one, and leads who has one to where they were going', async () => {
    const { page } = world;
    world.expected = [/401/u, /422/u];
    await page.open('/vehicles?q=johans');
    await page.find('heading', 'Log in');
    const asked = await page.driver.executeScript<string[]>(() =>
      performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
    );
    expect(asked.filter((path) => path.includes('/api/'))).toEqual(['/api/v1/session']);
    await page.type('textbox', 'API key', 'fb_wrong_key');
    await page.click('button', 'Log in');
    await page.find('alert');
    await page.type('textbox', 'API key', admin);
    await page.click('button', 'Log in');
    await page.untilPlates(plates(({ customer }) => customer === johans));
    expect(await page.path()).toBe('/vehicles?q=johans');
    await page.see(/\bLive\b \d/u);
  });

  it('keeps the session where no script can read it', async () => {
    const { page } = world;
    await page.open('/vehicles');
    await page.untilPlates(plates(() => true));
    const readable = await page.driver.executeScript<string>(
      () =>
        document.cookie + JSON.stringify(Object.entries(localStorage)) + JSON.stringify(Object.entries(sessionStorage)),
    );
    expect(readable).not.toContain('fleetbeat_session');
    expect(readable).not.toContain(admin);
  });

  it('makes a key that is shown once, which opens it, and which ends with it', async () => {
    const { page, server } = world;
    await page.open('/keys');
    await page.click('button', /^Make a key/u);
    await page.type('textbox', /^Name/u, 'Gateway of Malmö');
    await page.click('button', 'Make the key');
    const secret = await page.until(
      'the key is shown',
      async () => /fb_[a-z0-9]+_[a-z0-9]+/u.exec(await page.text())?.[0],
    );
    await page.click('button', 'I have kept it');
    await page.see('Gateway of Malmö');
    expect(await page.text()).not.toContain(secret);
    const asks = () => fetch(`${server.base}/api/v1/vehicles`, { headers: { Authorization: `Bearer ${secret}` } });
    expect((await asks()).status).toBe(200);
    await page.click('button', 'Revoke Gateway of Malmö');
    await page.find('dialog');
    await page.click('button', 'Revoke it');
    await page.gone('dialog');
    await page.until('it lets nobody in', async () => (await asks()).status === 401);
  });

  it('offers who may only read nothing that they may not do', async () => {
    const { page } = world;
    world.expected = [/401/u, /403/u];
    await page.open('/keys');
    await page.click('button', /^Access: /u);
    await page.click('button', 'Log out');
    await page.find('heading', 'Log in');
    await logIn(world, world.server.base, reader);
    await page.open('/customers');
    await page.until('there are three', async () => (await page.rows('Customers')).length === 3);
    expect(await page.all('button', /^Register/u)).toHaveLength(0);
    expect(await page.all('button', /^Edit/u)).toHaveLength(0);
    await page.open(`/vehicles/${fleet[0].vin}`);
    await page.find('heading', fleet[0].plate);
    expect(await page.all('button', /^Edit/u)).toHaveLength(0);
  });
});
