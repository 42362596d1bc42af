import { expect, it } from 'vitest';
import { fleet, pinging, plates, registered } from '../support/fleet.ts';
import type { Page } from '../support/page.ts';
import { suite } from '../support/suite.ts';

const all = plates(() => true);
const silent = fleet[0]; // ABC123
const others = fleet.slice(1).map(({ vin }) => vin);

/** Whether the header says that data is live. */
async function live(page: Page): Promise<boolean> {
  return /\bLive \d+(\.\d)? s\b/u.test(await page.text());
}

suite('a restart of the server while somebody watches', {
  flags: ['--interval', '2s', '--grace', '0s'],
  prepare: registered,
}, (world) => {
  it('shows how old the data is while nobody answers, and is live again by itself', async () => {
    const { page, server } = world;
    world.expected = [
      /ERR_CONNECTION_REFUSED/u,
      /ERR_CONNECTION_RESET/u,
      /ERR_INCOMPLETE_CHUNKED_ENCODING/u,
      /ERR_EMPTY_RESPONSE/u,
    ];
    const stop = pinging(
      server,
      fleet.map(({ vin }) => vin),
    );
    try {
      await server.api.until('all are connected', async () => (await server.api.vehicles()).counts.connected === 7);
      await page.open('/vehicles?sort=registrationNumber');
      await page.untilPlates(all, true);
      await page.until('it is live', () => live(page));
      await page.driver.executeScript(() => document.body.setAttribute('data-loaded', 'once'));

      await server.kill();
      await page.see(/Data from \d\d:\d\d:\d\d, \d+ s old/u);
      await page.untilPlates(all, true); // the last data stays

      await server.start();
      const began = performance.now();
      await page.until('it is live again', () => live(page));
      const took = (performance.now() - began) / 1000;
      process.stdout.write(`live again ${took.toFixed(1)} s after the server answered (promised: 5 s)\n`);
      await page.notSee(/Data from \d\d:/u);
      expect(await page.driver.executeScript(() => document.body.getAttribute('data-loaded'))).toBe('once');
    } finally {
      await stop();
    }
  });

  it('misses no change: who fell silent meanwhile is shown so, and who came back too', async () => {
    const { page, server } = world;
    world.expected = [
      /ERR_CONNECTION_REFUSED/u,
      /ERR_CONNECTION_RESET/u,
      /ERR_INCOMPLETE_CHUNKED_ENCODING/u,
      /ERR_EMPTY_RESPONSE/u,
    ];
    const stop = pinging(server, others);
    try {
      await server.api.until(
        'the others are connected',
        async () => (await server.api.vehicles()).counts.connected >= 6,
      );
      await server.api.ping(silent.vin);
      await page.open('/live');
      await page.until('it is live', () => live(page));
      await server.kill();
      await page.see(/Reconnecting|Data from/u);
      await server.start(); // its last heartbeat was before, and no other comes: it falls silent
      const changes = async () =>
        (await server.api.json<{ items: { vin: string; at: string }[] }>('GET', '/api/v1/changes?limit=50')).items;
      await server.api.until('it has fallen silent', async () => {
        const { items } = await server.api.vehicles(`vin=${silent.vin}`);
        return items[0]?.status === 'disconnected';
      });
      const happened = await changes();
      await page.until('it is live again', () => live(page));
      await page.until('every change of the log is in the feed', async () => {
        const text = await page.text();
        return happened.every(({ vin }) => text.includes(fleet.find((each) => each.vin === vin)?.plate ?? vin));
      });
      await page.open('/vehicles?status=disconnected');
      await page.untilPlates([silent.plate]);
    } finally {
      await stop();
    }
  });
});
