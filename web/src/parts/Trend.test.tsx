import { render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Trend } from './Trend';
import { type TrendData, trendPaths } from './trendPaths';

const data = (more: Partial<TrendData> = {}): TrendData => ({
  from: 0,
  to: 100,
  steps: [
    { from: 0, to: 50, n: 10 },
    { from: 50, to: 100, n: 20 },
  ],
  usual: [],
  unobserved: [],
  now: 20,
  ...more,
});

/** A box in which a moment is a pixel. */
const drawn = (more?: Partial<TrendData>) => trendPaths(data(more), 105, 84);

describe('the line of a trend', () => {
  it('goes in steps, the most at the top, the least at the bottom, and ends at now', () => {
    expect(drawn().line).toBe('M0 76H50V6H100V6');
    expect(drawn().now).toEqual({ x: 100, y: 6 });
    expect(drawn({ now: 30 }).line).toMatch(/H100V6$/);
  });

  it('lies in the middle where nothing ever changed, and a change by one is no catastrophe', () => {
    expect(drawn({ steps: [{ from: 0, to: 100, n: 7 }], now: 7 }).line).toBe('M0 42H100V42');
    expect(drawn({ steps: [{ from: 0, to: 100, n: 7 }], now: 8 }).line).toBe('M0 76H100V59');
  });

  it('breaks where nothing could be known, and where there are no numbers', () => {
    expect(drawn({ unobserved: [{ from: 20, to: 40 }] }).line).toBe('M0 76H20M40 76H50V6H100V6');
    expect(drawn({ steps: [{ from: 60, to: 80, n: 10 }] }).line).toBe('M60 76H80');
    expect(drawn({ unobserved: [{ from: -10, to: 200 }] }).line).toBe('');
  });

  it('never leaves its window', () =>
    expect(drawn({ steps: [{ from: -500, to: 500, n: 10 }], now: 10 }).line).toBe('M0 42H100V42'));
});

describe('what is usual', () => {
  const usual = [
    { from: 0, to: 50, lo: 10, hi: 20 },
    { from: 50, to: 100, lo: 12, hi: 20 },
  ];

  it('is one ribbon through the middle of each hour', () =>
    expect(drawn({ usual }).usual).toBe('M0 6L25 6L75 6L100 6L100 63L75 63L25 77L0 77Z'));

  it('is cut at the window', () => {
    const { usual: path } = drawn({ usual: [{ from: -50, to: 150, lo: 10, hi: 20 }] });
    expect(path).toBe('M0 6L50 6L100 6L100 77L50 77L0 77Z');
  });

  it('has a gap where nothing is known to be usual', () => {
    const apart = [usual[0], { from: 60, to: 100, lo: 12, hi: 20 }].filter((each) => each !== undefined);
    expect(drawn({ usual: apart }).usual.match(/M/g)).toHaveLength(2);
  });

  it('is a line where it is one number', () =>
    expect(drawn({ usual: [{ from: 0, to: 100, lo: 20, hi: 20 }] }).usual).toBe('M0 6L50 6L100 6L100 7L50 7L0 7Z'));
});

describe('unobserved times', () => {
  const boxes = (path: string) => path.match(/M[\d.]+/g)?.map((each) => Number(each.slice(1))) ?? [];

  it('are hatched inside of their time', () => {
    const { unobserved } = drawn({ unobserved: [{ from: 20, to: 60 }] });
    const xs = [...unobserved.matchAll(/[ML](\d+) (\d+)/g)];
    expect(xs.length).toBeGreaterThan(10);
    for (const [, x, y] of xs) {
      expect(Number(x)).toBeGreaterThanOrEqual(20);
      expect(Number(x)).toBeLessThanOrEqual(60);
      expect(Number(y)).toBeGreaterThanOrEqual(0);
      expect(Number(y)).toBeLessThanOrEqual(84);
    }
  });

  it('are seen however short they were, at the very end too', () => {
    expect(drawn({ unobserved: [{ from: 30, to: 30.001 }] }).unobserved).not.toBe('');
    expect(drawn({ unobserved: [{ from: 99.999, to: 100 }] }).unobserved).not.toBe('');
  });

  it('are none outside of the window', () =>
    expect(drawn({ unobserved: [{ from: 200, to: 300 }] }).unobserved).toBe(''));

  it('close to each other are one', () =>
    expect(
      boxes(
        drawn({
          unobserved: [
            { from: 30, to: 31 },
            { from: 32, to: 33 },
          ],
        }).unobserved,
      ).every((x) => x >= 30 && x <= 36),
    ).toBe(true));
});

describe('Trend', () => {
  it('says in words what it shows, with one path a part', () => {
    render(<Trend data={data()} label="The last 24 hours: now 20." />);
    const image = screen.getByRole('img', { name: 'The last 24 hours: now 20.' });
    expect(image.querySelectorAll('path')).toHaveLength(3);
    expect(image.querySelectorAll('rect')).toHaveLength(1);
    expect(image.innerHTML).not.toMatch(/#[0-9a-f]{3}|NaN/);
  });
});
