import { describe, expect, it } from 'vitest';
import { age, duration } from './duration';
import { count, counted, position, share } from './number';
import { exactly, moment, secondsSince } from './time';

describe('duration', () => {
  it.each([
    [-3, '0 s'],
    [0, '0 s'],
    [42.9, '42 s'],
    [60, '1 min 00 s'],
    [67, '1 min 07 s'],
    [252, '4 min 12 s'],
    [599, '9 min 59 s'],
    [600, '10 min'],
    [2808, '46 min'],
    [3600, '1 h 00 min'],
    [8040, '2 h 14 min'],
    [86_399, '23 h 59 min'],
    [198_000, '2 d 7 h'],
    [864_000, '10 d'],
    [3_542_400, '41 d'],
  ])('of %d s reads %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  it('keeps seconds below an hour where they are asked for', () => {
    expect(duration(2808, true)).toBe('46 min 48 s');
    expect(duration(8040, true)).toBe('2 h 14 min');
  });

  it.each([
    [-5, '0.0 s'],
    [440, '0.4 s'],
    [9999, '9.9 s'],
    [10_000, '10 s'],
    [98_000, '1 min 38 s'],
  ])('of data %d ms old reads %s', (ms, text) => expect(age(ms)).toBe(text));
});

describe('numbers', () => {
  it('are grouped, and say where they are a least', () => {
    expect(count(12_480)).toBe('12,480');
    expect(count(10_000, true)).toBe('10,000+');
    expect(counted(1, 'vehicle')).toBe('1 vehicle');
    expect(counted(1000, 'vehicle')).toBe('1,000 vehicles');
  });

  it.each([
    [12_236, 12_480, 1, '98.0 %'],
    [9466, 10_000, 2, '94.66 %'],
    [1, 1_000_000, 1, '0.1 %'],
    [999_999, 1_000_000, 1, '99.9 %'],
    [0, 7, 1, '0.0 %'],
    [7, 7, 1, '100.0 %'],
    [0, 0, 1, '–'],
  ] as const)('%d of %d is a share that never rounds to none or all', (part, whole, digits, text) =>
    expect(share(part, whole, digits)).toBe(text),
  );

  it('write positions in all four quarters', () => {
    expect(position(59.19554, 17.62531)).toBe('59.1955 N, 17.6253 E');
    expect(position(-33.9, -70.25)).toBe('33.9000 S, 70.2500 W');
  });
});

describe('moment', () => {
  const now = new Date('2026-11-21T14:07:53Z');
  it.each([
    ['2026-11-21T14:03:41.280Z', '14:03:41'],
    ['2026-11-19T06:12:59Z', '19 Nov 06:12'],
    ['2025-11-21T14:03:41Z', '21 Nov 2025 14:03'],
    [undefined, '–'],
  ])('%s reads %s', (iso, text) => expect(moment(iso, now, 'utc')).toBe(text));

  it('is told exactly in both zones', () =>
    expect(exactly('2026-11-21T14:03:41Z')).toMatch(/^21 Nov 2026 14:03:41 UTC\n.* here$/));

  it('is so many seconds ago', () => expect(secondsSince('2026-11-21T14:07:41Z', now.getTime())).toBe(12));
});
