import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Key } from 'selenium-webdriver';
import { fleet, plates } from './fleet.ts';
import type { Server } from './server.ts';
import type { World } from './suite.ts';

/** Where screens are looked at: a fleet in every status, an empty one, and one that wants a key. */
export interface Places extends World {
  empty: Server;
  closed: Server;
  key: string;
}

/** A screen in a state, and how to get there. */
export interface Screen {
  name: string;
  show: (places: Places) => Promise<unknown>;
  /** On a telephone, 390 pixels wide. */
  small?: true;
  /** What the console says about an answer that is wanted here. */
  expected?: RegExp[];
}

const [first] = fleet;
const all = plates(() => true);

/** A CSV file with a good line and three that are wrong, each in another way. */
export const wrongCsv = `vin,registration_number,customer,interval_seconds
YS2R4X20005400027,XYZ 791,Anna Åkeri AB,300
YS2R4X2030540003,XYZ 792,Anna Åkeri AB,
YS2R4X20605400047,XYZ 793,Anna Åkeri AB,soon
YS2R4X20805400017,,Anna Åkeri AB,
`;

/** Writes a file where the browser can choose it. */
export function csvFile(server: Server, name: string, text: string): string {
  const path = join(server.data, name);
  writeFileSync(path, text);
  return path;
}

/** Logs in at a server that wants a key. */
export async function logIn({ page }: Pick<World, 'page'>, base: string, key: string): Promise<void> {
  await page.open(`${base}/login`);
  await page.type('textbox', 'API key', key);
  await page.click('button', 'Log in');
  await page.gone('heading', 'Log in');
}

const vehicles: Screen['show'] = async ({ page }) => {
  await page.open('/vehicles');
  await page.untilPlates(all);
};
const onVehicle: Screen['show'] = async ({ page }) => {
  await page.open(`/vehicles/${first.vin}`);
  await page.find('heading', first.plate);
  await page.see(/Heard .+ ago|Silent for/u);
};
const customers: Screen['show'] = async ({ page }) => {
  await page.open('/customers');
  await page.until('there are three', async () => (await page.rows('Customers')).length === 3);
};
const lookedUp: Screen['show'] = async ({ page }) => {
  await page.open('/lookup');
  await page.type('textbox', /^VINs or plates/u, 'ABC123, nothing-like-it, JKL 012');
  await page.click('button', 'Look up');
  await page.find('heading', '2 vehicles found, 1 name unknown');
};
const imported: Screen['show'] = async ({ page, server }) => {
  await page.open('/customers/import');
  await page.find('button', 'Choose a file');
  await (await page.file()).sendKeys(csvFile(server, 'wrong.csv', wrongCsv));
  await page.find('heading', '3 problems. Nothing has been stored.');
};
const live: Screen['show'] = async ({ page }) => {
  await page.open('/live');
  await page.see(first.plate);
};
const overview: Screen['show'] = async ({ page }) => {
  await page.open('/');
  await page.find('heading', 'All 7 vehicles');
  await page.see('Kalles Grustransporter AB');
};

/** Every screen, in every state that looks like another. The last of them ends the server. */
export const screens: Screen[] = [
  { name: 'the overview', show: overview },
  { name: 'the list of vehicles', show: vehicles },
  {
    name: 'the panel beside the list',
    show: async (places) => {
      await vehicles(places);
      await places.page.press('j', Key.ENTER);
      await places.page.find('complementary', 'Vehicle looked at');
      await places.page.see(/Heard .+ ago|Silent for/u);
    },
  },
  {
    name: 'a filter that nothing matches',
    show: async ({ page }) => {
      await page.open('/vehicles?q=johans&status=never_seen');
      await page.find('button', /^Without Status Never seen 2/u);
    },
  },
  { name: 'a vehicle', show: onVehicle },
  {
    name: 'a vehicle that does not exist',
    show: async ({ page }) => {
      await page.open('/vehicles/YS2R4X20005399999');
      await page.find('heading', /YS2R4X20005399999/u);
    },
    expected: [/404/u],
  },
  { name: 'the customers', show: customers },
  {
    name: 'the dialog that registers a customer',
    show: async (places) => {
      await customers(places);
      await places.page.click('button', /^Register/u);
      await places.page.find('dialog', 'Register a customer');
    },
  },
  {
    name: 'the import before a file is chosen',
    show: async ({ page }) => {
      await page.open('/customers/import');
      await page.find('button', 'Choose a file');
    },
  },
  { name: 'an import with problems', show: imported },
  {
    name: 'the list to paste',
    show: async ({ page }) => {
      await page.open('/lookup');
      await page.find('button', 'Look up');
    },
  },
  { name: 'a pasted list that was looked up', show: lookedUp },
  { name: 'the live feed', show: live },
  {
    name: 'the palette',
    show: async (places) => {
      await vehicles(places);
      await places.page.pressCtrl('k');
      await places.page.find('combobox', /^Go to/u);
      await places.page.press('kalles');
      await places.page.find('option', /^Kalles/u);
    },
  },
  {
    name: 'the help',
    show: async (places) => {
      await vehicles(places);
      await places.page.press('?');
      await places.page.find('dialog', 'Keyboard shortcuts');
    },
  },
  {
    name: 'the keys where none was made',
    show: async ({ page }) => {
      await page.open('/keys');
      await page.find('heading', 'No key was ever made');
    },
  },
  ...['/', '/vehicles', '/customers', '/live'].map((path) => ({
    name: `${path} of an empty fleet`,
    show: async ({ page, empty }: Places) => {
      await page.open(empty.base + path);
      await page.see(/No vehicles yet|No customers yet|Nothing has changed yet/u);
    },
  })),
  {
    name: 'the login',
    show: async ({ page, closed }) => {
      await page.open(`${closed.base}/vehicles`);
      await page.find('heading', 'Log in');
    },
    expected: [/401/u],
  },
  {
    name: 'the keys',
    show: async (places) => {
      await logIn(places, places.closed.base, places.key);
      await places.page.open(`${places.closed.base}/keys`);
      await places.page.find('heading', 'Keys');
      await places.page.see('Anna');
    },
    expected: [/401/u],
  },
  {
    name: 'the dialog that makes a key',
    show: async ({ page, closed }) => {
      await page.open(`${closed.base}/keys`);
      await page.click('button', /^Make/u);
      await page.find('dialog', 'Make a key');
    },
  },
  { name: 'the overview on a telephone', small: true, show: overview },
  {
    name: 'the list on a telephone',
    small: true,
    show: async ({ page }) => {
      await page.open('/vehicles');
      await page.see(first.plate);
    },
  },
  {
    name: 'the filter on a telephone',
    small: true,
    show: async ({ page }) => {
      await page.open('/vehicles');
      await page.see(first.plate);
      await page.click('button', /^Filter/u);
      await page.find('dialog', 'Filter');
    },
  },
  { name: 'a vehicle on a telephone', small: true, show: onVehicle },
  {
    name: 'the customers on a telephone',
    small: true,
    show: async ({ page }) => {
      await page.open('/customers');
      await page.see('Kalles Grustransporter AB');
    },
  },
  { name: 'the live feed on a telephone', small: true, show: live },
  { name: 'a looked-up list on a telephone', small: true, show: lookedUp },
  { name: 'an import with problems on a telephone', small: true, show: imported },
  {
    name: 'the banner of a server that is gone',
    show: async (places) => {
      await vehicles(places);
      await places.server.kill();
      await places.page.see('No contact with the server since');
    },
    expected: [/ERR_/u],
  },
];
