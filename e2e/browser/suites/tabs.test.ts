import { expect, it } from 'vitest';
import { fleet, pinging, registered } from '../support/fleet.ts';
import { suite } from '../support/suite.ts';

const first = fleet[0];

suite('tabs of one browser', { flags: ['--interval', '2s', '--grace', '0s'], prepare: registered }, (world) => {
  it('share one stream: eight of them are live, and the eighth shows its rows', async () => {
    const { page, server } = world;
    const { driver } = page;
    const mine = await driver.getWindowHandle();
    const opened: string[] = [];
    try {
      await page.open('/vehicles');
      await page.see(/\bLive\b \d/u);
      for (let i = 1; i < 8; i++) {
        await driver.switchTo().newWindow('tab');
        opened.push(await driver.getWindowHandle());
        await page.open('/vehicles');
      }
      await page.until('the eighth has its rows', async () => (await page.rows()).length === fleet.length);
      await page.see(/\bLive\b \d/u);
      expect(await server.api.metric('fleetbeat_feed_readers')).toBe(1);

      const stop = pinging(server, [first.vin]);
      try {
        for (const tab of [mine, ...opened.slice(-2)]) {
          await driver.switchTo().window(tab);
          await page.until('this tab hears of it', async () =>
            (await page.rows()).some(({ Plate, Status }) => Plate === first.plate && Status === 'Connected'),
          );
        }
      } finally {
        await stop();
      }
    } finally {
      for (const tab of opened) {
        await driver.switchTo().window(tab);
        await driver.close();
      }
      await driver.switchTo().window(mine);
    }
  });

  it('close the stream with the last of them', async () => {
    const { page, server } = world;
    await page.open('/vehicles');
    await page.see(/\bLive\b \d/u);
    await page.driver.get('about:blank');
    await server.api.until('nobody follows', async () => (await server.api.metric('fleetbeat_feed_readers')) === 0);
  });
});
