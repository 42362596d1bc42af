import { expect, it } from 'vitest';
import { fleet, haralds, johans, kalles, plates } from '../support/fleet.ts';
import { suite } from '../support/suite.ts';

suite('the demo that make run starts', { command: 'demo', flags: ['--interval', '2s', '--grace', '0s'] }, (world) => {
  it('shows the classic fleet from the first page on, and goes on to its vehicles', async () => {
    const { page } = world;
    await page.open('/');
    await page.find('heading', 'All 7 vehicles');
    for (const name of [kalles, johans, haralds]) await page.see(name);
    await page.click('link', 'Vehicles');
    await page.untilPlates(plates(() => true));
  });

  it('shows changes as they happen, newest first, with what happened', async () => {
    const { page } = world;
    await page.open('/live');
    const seen = async () => (await page.rows('Changes, newest first')).length;
    const before = await page.until('there are changes', async () => (await seen()) || undefined);
    await page.until('there are more', async () => (await seen()) > before || undefined);
    const text = await page.text();
    expect(fleet.some(({ plate }) => text.includes(plate))).toBe(true);
    expect(text).toMatch(/\b(Connected|Disconnected)\b/u);
  });

  it('tells the number of disconnected vehicles in the title of the tab', async () => {
    const { page, server } = world;
    await page.open('/vehicles');
    await page.until('it is the number that the server tells', async () => {
      const { counts } = await server.api.vehicles();
      const title = await page.driver.getTitle();
      return counts.disconnected > 0 && title.includes(`${counts.disconnected} disconnected`);
    });
  });
});
