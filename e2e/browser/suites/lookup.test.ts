import { expect, it } from 'vitest';
import { classic, fleet } from '../support/fleet.ts';
import { suite } from '../support/suite.ts';

suite('a pasted list', { prepare: classic }, (world) => {
  it('is shown whole, in its order, and the names that nobody has are named', async () => {
    const { page } = world;
    await page.open('/vehicles');
    await page.click('link', /^Paste a list/u);
    // As people paste: in any case, with spaces and hyphens, one twice, a plate and a VIN that do not exist.
    await page.type('textbox', /^VINs or plates/u, 'jkl 012, abc123; XXX999\nABC-123, YS2R4X20005399999');
    await page.click('button', 'Look up');
    await page.find('heading', '2 vehicles found, 2 names unknown');
    await page.see('Unknown: XXX999, YS2R4X20005399999');
    const rows = await page.until('there is a line for each name', async () => {
      const lines = await page.driver.executeScript<string[]>(() =>
        [...document.querySelectorAll('tbody tr')].map((row) =>
          (row as HTMLElement).innerText.replace(/\s+/gu, ' ').trim(),
        ),
      );
      return lines.length === 5 && lines;
    });
    expect(rows[0]).toMatch(/^jkl 012 Connected JKL012 YS2R4X20005388011 Johans Bulk AB/u);
    expect(rows[1]).toMatch(/^abc123 Connected ABC123/u);
    expect(rows[2]).toMatch(/^XXX999 unknown$/u);
    expect(rows[3]).toMatch(/^ABC-123 again Connected ABC123/u);
    expect(rows[4]).toMatch(/^YS2R4X20005399999 unknown$/u);
  });

  it('leads to each vehicle that was found, and Back to the list as it was', async () => {
    const { page } = world;
    await page.open('/lookup');
    await page.type('textbox', /^VINs or plates/u, fleet.map(({ plate }) => plate).join(' , '));
    await page.click('button', 'Look up');
    await page.find('heading', /^7 vehicles found/u);
    await page.click('link', 'MNO345');
    await page.find('heading', 'MNO345');
    await page.driver.navigate().back();
    await page.find('heading', /^7 vehicles found/u);
  });

  it('of words that are no names says so', async () => {
    const { page } = world;
    await page.open('/lookup');
    await page.type('textbox', /^VINs or plates/u, 'nobody-has-this');
    await page.click('button', 'Look up');
    await page.find('heading', '0 vehicles found, 1 name unknown');
  });
});
