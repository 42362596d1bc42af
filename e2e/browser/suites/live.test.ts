import { expect, it } from 'vitest';
import { fleet, pinging, plates, registered } from '../support/fleet.ts';
import { suite } from '../support/suite.ts';

const all = plates(() => true);
const silent = fleet[3]; // JKL012
const others = fleet.filter((each) => each !== silent).map(({ vin }) => vin);

suite('a vehicle that goes silent and comes back', {
  flags: ['--interval', '2s', '--grace', '0s'],
  prepare: registered,
}, (world) => {
  it('is seen live: no page is loaded anew, no row jumps, and what changed waits for u', async () => {
    const { page, server } = world;
    const rest = pinging(server, others);
    const it = pinging(server, [silent.vin]);
    try {
      await server.api.until('all are connected', async () => (await server.api.vehicles()).counts.connected === 7);
      await page.open('/vehicles?status=connected&sort=registrationNumber');
      await page.untilPlates(all, true);
      await page.driver.executeScript(() => document.body.setAttribute('data-loaded', 'once'));

      await it(); // and silence
      const row = await page.until('its row says so where it stands', async () => {
        const rows = await page.rows();
        return rows.find(({ Plate, Status }) => Plate === silent.plate && Status === 'Disconnected');
      });
      expect(row['all']).toContain('no longer matches');
      await page.untilPlates(all, true);
      await page.find('button', /^1 change – apply/u);
      await page.see('1 row no longer matches. The order is kept');

      await page.press('u');
      await page.untilPlates(
        all.filter((each) => each !== silent.plate),
        true,
      );
      await page.gone('button', /apply/u);

      await server.api.ping(silent.vin);
      const back = pinging(server, [silent.vin]);
      try {
        await page.find('button', /^1 change – apply/u);
        await page.see('1 vehicle new here. The order is kept');
        await page.untilPlates(
          all.filter((each) => each !== silent.plate),
          true,
        );
        await page.press('u');
        await page.untilPlates(all, true);
      } finally {
        await back();
      }
      expect(await page.driver.executeScript(() => document.body.getAttribute('data-loaded'))).toBe('once');
    } finally {
      await it();
      await rest();
    }
  });

  it('changes the numbers beside the filter at once, and the order waits', async () => {
    const { page, server } = world;
    const rest = pinging(server, others);
    const it = pinging(server, [silent.vin]);
    try {
      await server.api.until('all are connected', async () => (await server.api.vehicles()).counts.connected === 7);
      await page.open('/vehicles?sort=registrationNumber');
      await page.find('checkbox', 'Connected 7');
      await it();
      await page.find('checkbox', 'Disconnected 1');
      await page.find('checkbox', 'Connected 6');
      await page.untilPlates(all, true);
    } finally {
      await it();
      await rest();
    }
  });
});
