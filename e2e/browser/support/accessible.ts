import { beforeAll, expect, it } from 'vitest';
import { violations } from './axe.ts';
import { classic } from './fleet.ts';
import { makeKey } from './keys.ts';
import { type Places, screens } from './screens.ts';
import { suite } from './suite.ts';

/** Every screen under axe, in one theme. */
export function accessible(theme: 'light' | 'dark'): void {
  suite(`in the ${theme} theme axe finds nothing wrong with`, { prepare: classic }, (world) => {
    const places = world as Places;
    beforeAll(async () => {
      places.empty = await world.another({});
      const before = async (server: Places['closed']) => {
        places.key = await makeKey(server, 'Anna', 'admin');
      };
      places.closed = await world.another({ before });
      await world.page.still();
      await world.page.theme(theme);
    });
    it.each(screens.map((each) => [each.name, each] as const))('%s', async (_, { show, small, expected }) => {
      world.expected = expected ?? [];
      if (small) await world.page.resize(390, 844);
      else await world.page.resize(1440, 900);
      await show(places);
      const scheme = await world.page.driver.executeScript(
        () => getComputedStyle(document.documentElement).colorScheme,
      );
      expect(scheme).toBe(theme);
      expect(await violations(world.page)).toEqual([]);
    });
  });
}
