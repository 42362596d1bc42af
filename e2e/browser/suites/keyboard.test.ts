import { Key } from 'selenium-webdriver';
import { expect, it } from 'vitest';
import { classic, johans, kalles, plates } from '../support/fleet.ts';
import { suite } from '../support/suite.ts';

suite('without a mouse', { prepare: classic }, (world) => {
  it('one searches, picks, looks, opens, comes back and exports', async () => {
    const { page } = world;
    await page.open('/vehicles?sort=registrationNumber');
    await page.untilPlates(
      plates(() => true),
      true,
    );
    await page.press('/');
    expect(await page.focused()).toBe('searchbox Search by VIN, plate or customer');
    await page.press('kalles');
    const ofKalle = plates(({ customer }) => customer === kalles);
    await page.untilPlates(ofKalle, true);
    await page.press(Key.ESCAPE, 'j', 'j');
    await page.until('the second row is the current one', async () => (await page.focused()).startsWith('row'));
    await page.press(Key.ENTER);
    const panel = await page.find('complementary', 'Vehicle looked at');
    await page.until('the panel shows it', async () => (await panel.getText()).includes('DEF456'));
    await page.press('k');
    await page.until('the panel follows', async () => (await panel.getText()).includes('ABC123'));
    await page.press('o');
    await page.find('heading', 'ABC123');
    await page.until('the address is its own', async () =>
      (await page.path()).startsWith('/vehicles/YS2R4X20005399401'),
    );
    await page.driver.navigate().back();
    await page.untilPlates(ofKalle, true);
    await page.press(Key.ESCAPE);
    await page.tabTo(/^link Export 3 rows$/u);
  });

  it('one filters by status with 1, 2 and 3, and takes it out again', async () => {
    const { page } = world;
    await page.open('/vehicles');
    await page.untilPlates(plates(() => true));
    await page.press('1');
    await page.untilPlates(plates(({ status }) => status === 'Disconnected'));
    await page.press('3');
    await page.untilPlates(plates(({ status }) => status !== 'Connected'));
    await page.press('1', '2');
    await page.untilPlates(plates(({ status }) => status !== 'Disconnected'));
    await page.press('2', '3');
    await page.untilPlates(plates(() => true));
  });

  it('one goes anywhere by the palette', async () => {
    const { page } = world;
    await page.open('/');
    await page.find('heading', 'All 7 vehicles');
    await page.pressCtrl('k');
    await page.find('combobox', /^Go to/u);
    await page.press('mno');
    await page.find('option', /^MNO345/u);
    await page.press(Key.ENTER);
    await page.find('heading', 'MNO345');
    await page.pressCtrl('k');
    await page.find('combobox', /^Go to/u);
    await page.press('johans');
    await page.find('option', new RegExp(`^${johans}`, 'u'));
    await page.press(Key.ESCAPE);
    await page.gone('dialog');
    await page.press('gv');
    await page.untilPlates(plates(() => true));
  });

  it('one reads which keys there are, and nothing keeps focus from going on', async () => {
    const { page } = world;
    await page.open('/vehicles');
    await page.untilPlates(plates(() => true));
    await page.press('?');
    await page.find('dialog', 'Keyboard shortcuts');
    await page.press(Key.ESCAPE);
    await page.gone('dialog');
    for (const screen of ['/', '/vehicles', '/customers', '/live', '/lookup']) {
      await page.open(screen);
      await page.find('heading');
      await page.tabTo(/^button Skip to the content$/u);
      await page.press(Key.ENTER);
      await page.until('the content has focus', async () => (await page.focused()).startsWith('main'));
      await page.tabTo(/^link Fleetbeat/u); // round the page and back to its beginning: no trap on the way
    }
  });
});
