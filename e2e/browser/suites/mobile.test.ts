import { Key } from 'selenium-webdriver';
import { expect, it } from 'vitest';
import { classic, fleet, kalles, plates } from '../support/fleet.ts';
import type { Page } from '../support/page.ts';
import { suite } from '../support/suite.ts';

/** Waits until just these plates are among the cards. */
async function untilCards(page: Page, wanted: readonly string[]): Promise<void> {
  await page.until(`the cards are ${wanted.join(' ')}`, async () => {
    const texts = (await page.rows()).map((row) => row['all'] ?? '');
    return texts.length === wanted.length && wanted.every((plate) => texts.some((text) => text.includes(plate)));
  });
}

/** How far the page reaches beyond the screen to the right. */
function beyond(page: Page): Promise<number> {
  return page.driver.executeScript<number>(() => document.documentElement.scrollWidth - window.innerWidth);
}

suite('on a telephone', { prepare: classic, size: [390, 844] }, (world) => {
  it('each vehicle is a card with all that matters', async () => {
    const { page } = world;
    await page.open('/vehicles');
    await untilCards(
      page,
      plates(() => true),
    );
    const cards = (await page.rows()).map((row) => row['all'] ?? '');
    for (const { plate, vin, customer, status } of fleet) {
      const card = cards.find((text) => text.includes(plate)) ?? '';
      expect(card).toContain(vin);
      expect(card).toContain(customer);
      expect(card).toContain(status);
    }
  });

  it('the filter is a sheet that says how many it shows', async () => {
    const { page } = world;
    await page.open('/vehicles');
    await untilCards(
      page,
      plates(() => true),
    );
    await page.click('button', /^Filter/u);
    await page.find('dialog', 'Filter');
    await page.click('checkbox', /^Disconnected/u);
    await page.click('button', 'Show 3 vehicles');
    await page.gone('dialog', 'Filter');
    await untilCards(
      page,
      plates(({ status }) => status === 'Disconnected'),
    );
    await page.find('button', 'Filter 1');
    await page.type('searchbox', /^Search/u, 'kalles');
    await untilCards(
      page,
      plates(({ status, customer }) => status === 'Disconnected' && customer === kalles),
    );
  });

  it('the sheet has a way out that changes nothing, by touch and by keyboard', async () => {
    const { page } = world;
    await page.open('/vehicles');
    await page.click('button', /^Filter/u);
    await page.find('dialog', 'Filter');
    await page.click('button', 'Close the filter');
    await page.gone('dialog', 'Filter');
    await page.press(Key.ENTER); // focus is back where it was
    await page.find('dialog', 'Filter');
    await page.tabTo(/^button Close the filter$/u);
    await page.press(Key.ENTER);
    await page.gone('dialog', 'Filter');
    expect(await page.path()).toBe('/vehicles');
  });

  it('the pages are one touch away, at the bottom', async () => {
    const { page } = world;
    await page.open('/vehicles');
    const below = await page.find('navigation', 'Pages, below');
    const { y, height } = await below.getRect();
    expect(y).toBeGreaterThan(844 / 2);
    expect(Math.round(y + height)).toBeLessThanOrEqual(844);
    for (const [name, path] of [
      ['Overview', '/'],
      ['Customers', '/customers'],
      ['Live', '/live'],
      ['Vehicles', '/vehicles'],
    ] as const) {
      await page.click('link', name, below);
      await page.until(`the address is ${path}`, async () => (await page.path()) === path);
    }
  });

  it('nothing reaches beyond the screen, and all that is touched is large enough', async () => {
    const { page } = world;
    const wrong: string[] = [];
    for (const path of [
      '/',
      '/vehicles',
      `/vehicles/${fleet[0].vin}`,
      '/customers',
      '/customers/import',
      '/live',
      '/lookup',
    ]) {
      await page.open(path);
      await page.find('heading');
      await page.see(/\bLive\b|Connected|Choose|Look up/u);
      const far = await beyond(page);
      if (far > 0) wrong.push(`${path} reaches ${far} px beyond the screen`);
      const small = await page.driver.executeScript<string[]>(() =>
        [...document.querySelectorAll('button, .button, .bottom a, [type=search]')]
          .filter(
            (each) =>
              each.checkVisibility({ visibilityProperty: true }) && each.closest('p, .visually-hidden') === null,
          )
          .map((each) => ({ each, box: each.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 1 && box.height < 36 - 0.5)
          .map(({ each, box }) => `${each.outerHTML.slice(0, 100)} is ${String(box.height)} high`),
      );
      wrong.push(...small.map((each) => `${path}: ${each}`));
    }
    expect(wrong).toEqual([]);
  });
});
