import { describe, expect, it } from 'vitest';
import { classic, haralds, johans, kalles, plates } from '../support/fleet.ts';
import type { Server } from '../support/server.ts';
import { suite } from '../support/suite.ts';

const searchField = ['searchbox', 'Search by VIN, plate or customer'] as const;

suite('search', { prepare: classic }, (world) => {
  describe('by customer name', () => {
    it.each([
      ['the whole name', johans, johans],
      ['a part of it, in other letters', 'kALLes', kalles],
      ['letters that only some keyboards have', 'värde', haralds],
    ])('finds the vehicles of a customer by %s', async (_, typed, customer) => {
      const { page } = world;
      await page.open('/vehicles');
      await page.type(...searchField, typed);
      await page.untilPlates(plates((each) => each.customer === customer));
      expect((await page.rows()).every((row) => row['Customer'] === customer)).toBe(true);
    });

    it('finds nothing for a name that nobody has, and says so with a way out', async () => {
      const { page } = world;
      await page.open('/vehicles');
      await page.type(...searchField, 'Nobody & Sons');
      await page.find('heading', /^No vehicle matches/u);
      await page.click('button', /^Without Search “/u);
      await page.untilPlates(plates(() => true));
    });
  });

  describe('by status', () => {
    it.each(['Connected', 'Disconnected', 'Never seen'] as const)(
      'shows the vehicles that are %s and no others',
      async (status) => {
        const { page } = world;
        await page.open('/vehicles');
        await page.click('checkbox', new RegExp(`^${status}`, 'u'));
        await page.untilPlates(plates((each) => each.status === status));
        expect((await page.rows()).map((row) => row['Status'])).toEqual(
          plates((each) => each.status === status).map(() => status),
        );
      },
    );

    it('shows two statuses together, and all of them again', async () => {
      const { page } = world;
      await page.open('/vehicles');
      await page.click('checkbox', /^Disconnected/u);
      await page.click('checkbox', /^Never seen/u);
      await page.untilPlates(plates((each) => each.status !== 'Connected'));
      await page.click('button', 'Clear');
      await page.untilPlates(plates(() => true));
    });

    it('puts beside each status how many there would be', async () => {
      const { page } = world;
      await page.open('/vehicles?status=never_seen');
      await page.find('checkbox', /^Disconnected 3$/u);
      await page.find('checkbox', /^Connected 3$/u);
      await page.find('checkbox', /^Never seen 1$/u);
    });
  });

  describe('by customer name and status', () => {
    it('finds the vehicles that are both, whichever was asked first', async () => {
      const { page } = world;
      const both = plates((each) => each.customer === kalles && each.status === 'Disconnected');
      await page.open('/vehicles');
      await page.type(...searchField, 'kalles');
      await page.untilPlates(plates((each) => each.customer === kalles));
      await page.click('checkbox', /^Disconnected/u);
      await page.untilPlates(both);
      await page.open('/vehicles?status=disconnected');
      await page.type(...searchField, 'kalles');
      await page.untilPlates(both);
    });

    it('counts each status among the vehicles of that name', async () => {
      const { page } = world;
      await page.open('/vehicles?q=kalles&status=disconnected');
      await page.find('checkbox', /^Connected 1$/u);
      await page.find('checkbox', /^Disconnected 1$/u);
      await page.find('checkbox', /^Never seen 1$/u);
    });

    it('has nothing where both together match no vehicle, and names the one to drop', async () => {
      const { page } = world;
      await page.open('/vehicles?q=johans&status=never_seen');
      await page.find('heading', 'No vehicle matches both filters');
      await page.see('Without Status Never seen 2 vehicles');
      await page.click('button', /^Without Status Never seen 2/u);
      await page.untilPlates(plates((each) => each.customer === johans));
    });
  });
});

/** Vehicles whose plates are written as people write them. */
async function spaced(server: Server): Promise<void> {
  const head = 'vin,registration_number,customer';
  const lines = [`YS2R4X20005399401,ABC 123,${kalles}`, `VLUR4X20009093588,DEF-456,${kalles}`];
  await server.api.import(`${head}\n${lines.join('\n')}\n`);
}

suite('search by plate', { prepare: spaced }, (world) => {
  it.each([
    ['without its space', 'abc123', ['ABC 123']],
    ['as it is written', 'ABC 12', ['ABC 123']],
    ['with marks that it has not', 'abc-1', ['ABC 123']],
    ['by a part across its hyphen', 'F 4', ['DEF-456']],
    ['by what both have', kalles.toUpperCase(), ['ABC 123', 'DEF-456']],
  ])('finds a vehicle by its plate, %s', async (_, typed, found) => {
    const { page } = world;
    await page.open('/vehicles');
    await page.type(...searchField, typed);
    await page.untilPlates(found);
  });
});
