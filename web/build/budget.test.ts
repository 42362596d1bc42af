import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Build, budgets, over, read, report, weigh } from './budget.ts';

/** A build with an entry, a part that both screens share, two screens, and a chunk that one of them asks for later. */
function build(sizes: Record<string, number> = {}): Build {
  const files: Record<string, number> = {
    'index.html': 400,
    'boot.js': 200,
    'assets/index.js': 100_000,
    'assets/index.css': 4000,
    'assets/shared.js': 3000,
    'assets/VehiclesPage.js': 20_000,
    'assets/VehiclesPage.css': 2000,
    'assets/VehiclePage.js': 10_000,
    'assets/palette.js': 30_000,
    'assets/worker-a1.js': 1000,
    'assets/geist-latin-wght-normal.woff2': 29_000,
    'assets/geist-mono-latin-wght-normal.woff2': 23_000,
    'assets/geist-latin-ext-wght-normal.woff2': 16_000,
    ...sizes,
  };
  const page = { isDynamicEntry: true, imports: ['index.html', '_shared.js'], dynamicImports: ['src/palette.ts'] };
  return {
    files: new Map(Object.entries(files)),
    manifest: {
      'index.html': {
        file: 'assets/index.js',
        isEntry: true,
        css: ['assets/index.css'],
        dynamicImports: ['src/vehicles/VehiclesPage.tsx', 'src/vehicle/VehiclePage.tsx'],
      },
      '_shared.js': { file: 'assets/shared.js' },
      'src/vehicles/VehiclesPage.tsx': { ...page, file: 'assets/VehiclesPage.js', css: ['assets/VehiclesPage.css'] },
      'src/vehicle/VehiclePage.tsx': { ...page, file: 'assets/VehiclePage.js' },
      'src/palette.ts': { file: 'assets/palette.js', isDynamicEntry: true },
    },
  };
}

const weight = (what: string, of = build()) => weigh(of).find((each) => each.what === what);

describe('the budget', () => {
  it('takes all that a browser loads before a screen shows for its first load, each once', () => {
    const shell = 400 + 200 + 100_000 + 4000 + 1000 + 29_000 + 23_000;
    expect(weight('first load of VehiclesPage')).toEqual({
      what: 'first load of VehiclesPage',
      bytes: shell + 3000 + 20_000 + 2000,
      budget: 256_000,
    });
    expect(weight('first load of VehiclePage')?.bytes).toBe(shell + 3000 + 10_000);
  });

  it('is kept by a build that is light', () => {
    expect(over(weigh(build()))).toEqual([]);
  });

  it.each([
    [
      'the entry',
      { 'assets/index.js': 190_000 },
      [
        'first load of VehiclesPage: 272.6 kB, and may be 256.0 kB',
        'first load of VehiclePage: 260.6 kB, and may be 256.0 kB',
      ],
    ],
    [
      'a font',
      { 'assets/geist-latin-wght-normal.woff2': 110_000 },
      ['first load of VehiclesPage: 263.6 kB, and may be 256.0 kB'],
    ],
    [
      'a chunk that is loaded later',
      { 'assets/palette.js': budgets.lazy + 1000 },
      ['lazy assets/palette.js: 61.0 kB, and may be 60.0 kB'],
    ],
    ['charts', { 'assets/uPlot-x.js': 26_000 }, ['lazy assets/uPlot-x.js: 26.0 kB, and may be 25.0 kB']],
    ['the sum of many small ones', { 'assets/map.bin': 900_000 }, ['embedded: 1138.6 kB, and may be 1000.0 kB']],
  ])('is broken by %s that is too heavy, and says by how much', (_, sizes, said) => {
    expect(over(weigh(build(sizes)))).toEqual(said);
  });

  it('counts up to the byte', () => {
    expect(over(weigh(build({ 'assets/palette.js': budgets.lazy })))).toEqual([]);
    expect(over(weigh(build({ 'assets/palette.js': budgets.lazy + 1 })))).toHaveLength(1);
  });

  it.each<[string, (build: Build) => void, RegExp]>([
    ['an entry', ({ manifest }) => delete manifest['index.html'], /names no entry/],
    [
      'a screen',
      ({ manifest }) => {
        delete manifest['src/vehicles/VehiclesPage.tsx'];
        delete manifest['src/vehicle/VehiclePage.tsx'];
      },
      /names no screen/,
    ],
    ['a chunk that another needs', ({ manifest }) => delete manifest['_shared.js'], /has no _shared\.js/],
    ['a file', ({ files }) => (files as Map<string, number>).delete('assets/index.css'), /has no assets\/index\.css/],
    [
      'a font',
      ({ files }) => (files as Map<string, number>).delete('assets/geist-latin-wght-normal.woff2'),
      /two Latin fonts/,
    ],
  ])('weighs no build that lacks %s', (_, broken, said) => {
    const without = build();
    broken(without);
    expect(() => weigh(without)).toThrow(said);
  });

  it('prints each chunk, and beside what has a budget how much it may be', () => {
    const text = report(weigh(build()));
    expect(text).toMatch(/100\.0 kB +eager assets\/index\.js/);
    expect(text).toMatch(/30\.0 kB +of 60\.0 kB +lazy assets\/palette\.js/);
    expect(text).toMatch(/182\.6 kB +of 256\.0 kB +first load of VehiclesPage/);
    expect(text).toMatch(/238\.6 kB +of 1000\.0 kB +embedded/);
  });

  it('reads a build as it is sent: compressed, and the page too', () => {
    const out = mkdtempSync(join(tmpdir(), 'fleetbeat-budget-'));
    try {
      mkdirSync(join(out, '.vite'));
      mkdirSync(join(out, 'assets'));
      writeFileSync(join(out, '.vite', 'manifest.json'), '{"index.html":{"file":"assets/index.js","isEntry":true}}');
      writeFileSync(join(out, '.gitkeep'), '');
      writeFileSync(join(out, 'index.html'), 'x'.repeat(10_000));
      writeFileSync(join(out, 'assets', 'index.js.gz'), 'y'.repeat(77));
      const { manifest, files } = read(out);
      expect(manifest['index.html']?.file).toBe('assets/index.js');
      expect([...files.keys()].toSorted()).toEqual(['assets/index.js', 'index.html']);
      expect(files.get('assets/index.js')).toBe(77);
      expect(files.get('index.html')).toBeLessThan(100);
    } finally {
      rmSync(out, { recursive: true });
    }
  });
});
