import { describe, expect, it } from 'vitest';
import type { Interval } from '../api/client';
import { type Bar, barInWords, barsOf, drawn } from './bars';

const at = (minute: number) => new Date(Date.UTC(2026, 9, 25, 0, minute)).toISOString(); // a day on which local clocks change
const ms = (minute: number) => Date.UTC(2026, 9, 25, 0, minute);
const interval = (status: Interval['status'], from: number, to: number): Interval => ({
  status,
  from: at(from),
  to: at(to),
});
const hour = { from: ms(0), to: ms(240) };
const bar = (part: Partial<Bar>): Bar => ({
  from: 0,
  to: 100,
  connected: 0,
  disconnected: 0,
  unobserved: 0,
  never_seen: 0,
  ...part,
});

describe('the bars of a past', () => {
  it('are of equal length, also over a night in which clocks change', () => {
    const bars = barsOf([interval('connected', 0, 240)], hour, 4);
    expect(bars.map(({ from, to }) => to - from)).toEqual([3_600_000, 3_600_000, 3_600_000, 3_600_000]);
    expect(bars.every(({ connected }) => connected === 3_600_000)).toBe(true);
  });

  it('share an interval that lies over several of them', () => {
    const bars = barsOf([interval('disconnected', 90, 210), interval('connected', 0, 90)], hour, 4);
    expect(bars.map(({ disconnected }) => disconnected / 60_000)).toEqual([0, 30, 60, 30]);
    expect(bars.map(({ connected }) => connected / 60_000)).toEqual([60, 30, 0, 0]);
  });

  it('are empty before the vehicle was registered, and in the time to come', () => {
    const bars = barsOf([interval('never_seen', 90, 150)], hour, 4);
    expect(bars.map(({ never_seen }) => never_seen / 60_000)).toEqual([0, 30, 30, 0]);
    expect(bars.map(barInWords)).toEqual(['not registered yet', 'never heard', 'never heard', 'not registered yet']);
  });

  it('take no more of an interval than lies in the window', () => {
    const bars = barsOf([interval('connected', -600, 900)], hour, 2);
    expect(bars.map(({ connected }) => connected / 60_000)).toEqual([120, 120]);
    expect(barsOf([interval('connected', -600, -300), interval('connected', 300, 400)], hour, 2)).toEqual(
      barsOf([], hour, 2),
    );
  });

  it('hold every millisecond of a past exactly once', () => {
    const past = [
      interval('unobserved', 0, 7),
      interval('connected', 7, 91),
      interval('disconnected', 91, 92),
      interval('connected', 92, 240),
    ];
    const sum = barsOf(past, hour, 7).reduce(
      (all, { connected, disconnected, unobserved }) => all + connected + disconnected + unobserved,
      0,
    );
    expect(sum).toBeCloseTo(240 * 60_000, 3);
  });

  it('take an interval without length as nothing', () => {
    expect(barsOf([interval('disconnected', 60, 60)], hour, 4)).toEqual(barsOf([], hour, 4));
  });
});

describe('the drawing of a strip', () => {
  it('shows what is calm as a band from 20 to 80 % of the height', () => {
    const { paths } = drawn([bar({ connected: 100 })], 10, 40);
    expect(paths).toEqual({ connected: 'M0 8h8v24h-8z', disconnected: '', unobserved: '', never_seen: '' });
  });

  it('shows a whole silence over the whole height', () => {
    expect(drawn([bar({ disconnected: 100 })], 10, 40).paths.disconnected).toBe('M0 0h8v40h-8z');
  });

  it('shows the least silence as a quarter of the height, and what was connected above it, 2 px apart', () => {
    const { paths } = drawn([bar({ connected: 99, disconnected: 1 })], 10, 40);
    expect(paths.disconnected).toBe('M0 30h8v10h-8z');
    expect(paths.connected).toBe('M0 8h8v20h-8z');
  });

  it('leaves no sliver of the band above a silence that reaches over it', () => {
    const { paths } = drawn([bar({ connected: 10, disconnected: 90 })], 10, 40);
    expect(paths.disconnected).toBe('M0 4h8v36h-8z');
    expect(paths.connected).toBe('');
  });

  it('hatches what was not observed by its share, and never less than can be seen', () => {
    expect(drawn([bar({ unobserved: 100 })], 10, 40).paths.unobserved).toBe('M0 8h8v24h-8z');
    const { paths } = drawn([bar({ connected: 99, unobserved: 1 })], 10, 40);
    expect(paths.unobserved).toBe('M0 22h8v10h-8z');
    expect(paths.connected).toBe('M0 8h8v12h-8z');
  });

  it('hatches what is above a silence where nothing was connected', () => {
    const { paths } = drawn([bar({ unobserved: 50, disconnected: 50 })], 10, 40);
    expect(paths.disconnected).toBe('M0 20h8v20h-8z');
    expect(paths.unobserved).toBe('M0 8h8v10h-8z');
    expect(paths.connected).toBe('');
  });

  it('shows a ring in the middle where it was never heard, and nothing where it was not registered', () => {
    const { paths } = drawn([bar({ never_seen: 100 }), bar({})], 20, 40);
    expect(paths.never_seen).toBe('M2.5 20a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0z');
    expect(paths.connected + paths.disconnected + paths.unobserved).toBe('');
  });

  it.each([
    [1000, 96, 2],
    [346, 96, 1],
  ])('stands on whole pixels: %i px, %i bars, a gap of %i', (width, count, gap) => {
    const { places } = drawn(
      Array.from({ length: count }, () => bar({ connected: 100 })),
      width,
      44,
    );
    for (const [i, { x, width: wide }] of places.entries()) {
      expect(Number.isInteger(x) && Number.isInteger(wide) && wide >= 1).toBe(true);
      expect((places[i + 1]?.x ?? width) - x - wide).toBe(i < count - 1 ? gap : gap);
    }
  });
});

describe('a bar in words', () => {
  it('names the one thing it was', () => {
    expect(barInWords(bar({ connected: 60_000 }))).toBe('connected');
  });

  it('names silence first, each with its length', () => {
    expect(barInWords(bar({ connected: 60_000, disconnected: 840_000, unobserved: 5000 }))).toBe(
      'disconnected 14 min, connected 1 min 00 s, unobserved 5 s',
    );
  });
});
