import { describe, expect, it } from 'vitest';
import { classic, johans, kalles, plates } from '../support/fleet.ts';
import { suite } from '../support/suite.ts';

suite('the address', { prepare: classic }, (world) => {
  describe('Back', () => {
    it('undoes one filter after another, and Forward does them again', async () => {
      const { page } = world;
      const disconnected = plates(({ status }) => status === 'Disconnected');
      const ofKalle = plates(({ status, customer }) => status === 'Disconnected' && customer === kalles);
      await page.open('/vehicles');
      await page.untilPlates(plates(() => true));
      await page.click('checkbox', /^Disconnected/u);
      await page.untilPlates(disconnected);
      await page.click('checkbox', /^Kalles/u);
      await page.untilPlates(ofKalle);
      await page.driver.navigate().back();
      await page.untilPlates(disconnected);
      await page.driver.navigate().back();
      await page.untilPlates(plates(() => true));
      expect(await page.path()).toBe('/vehicles');
      await page.driver.navigate().forward();
      await page.driver.navigate().forward();
      await page.untilPlates(ofKalle);
    });

    it('comes back from another page to what was filtered and sorted', async () => {
      const { page } = world;
      await page.open('/vehicles?q=bulk&sort=-registrationNumber');
      await page.untilPlates(['MNO345', 'JKL012'], true);
      await page.click('link', 'Customers');
      await page.until('the address is the customers’', async () => (await page.path()).startsWith('/customers'));
      await page.driver.navigate().back();
      await page.untilPlates(['MNO345', 'JKL012'], true);
      expect(await (await page.find('searchbox')).getAttribute('value')).toBe('bulk');
    });
  });

  describe('a pasted link', () => {
    it('opens what was looked at, in a browser that has seen nothing before', async () => {
      const { page } = world;
      await page.open('/vehicles');
      await page.type('searchbox', /^Search/u, 'johans');
      await page.click('checkbox', /^Disconnected/u);
      await page.until(
        'both are in the address',
        async () => (await page.path()) === '/vehicles?q=johans&status=disconnected',
      );
      const link = await page.path();
      const mine = await page.driver.getWindowHandle();
      await page.driver.switchTo().newWindow('tab');
      try {
        await page.resize(1440, 900);
        await page.open(link);
        await page.untilPlates(plates((each) => each.customer === johans && each.status === 'Disconnected'));
        await page.find('checkbox', /^Disconnected/u);
        expect(await (await page.find('checkbox', /^Disconnected/u)).isSelected()).toBe(true);
        expect(await (await page.find('searchbox')).getAttribute('value')).toBe('johans');
      } finally {
        await page.driver.close();
        await page.driver.switchTo().window(mine);
      }
    });

    it('opens the list, not an error, where it holds what nobody could have meant', async () => {
      const { page } = world;
      await page.open('/vehicles?status=asleep&sort=colour&silentFor=ever');
      await page.untilPlates(plates(() => true));
    });
  });
});
