import { describe, expect, it } from 'vitest';
import { hourBefore, lastDay, trendInWords, untilNextQuarter } from './past';
import { past } from './pastForTests';

const now = Date.parse('2026-11-21T14:07:00Z');
const iso = (at: number | undefined) => new Date(at ?? 0).toISOString();

describe('an hour ago', () => {
  it.each([
    ['14:00:00', '13:00:00'],
    ['14:07:00', '13:00:00'],
    ['14:08:00', '13:15:00'],
    ['14:14:59', '13:15:00'],
  ])('at %s is what was at %s: the nearest end of a quarter', (time, then) => {
    const at = Date.parse(`2026-11-21T${time}Z`);
    expect(
      hourBefore(
        past(at, 1, () => 5),
        at,
      ),
    ).toMatchObject({ at: `2026-11-21T${then}.000Z`, counts: { disconnected: 5 } });
  });

  it('is not known where the past does not go so far', () =>
    expect(
      hourBefore(
        past(now, 0.01, () => 5),
        now,
      ),
    ).toBeUndefined());
});

describe('the last day', () => {
  it('goes from 24 h ago to now, with the number of now and not that of the past', () => {
    const day = lastDay(
      past(now, 8, () => 5),
      { at: now, n: 9 },
    );
    expect(iso(day.from)).toBe('2026-11-20T14:07:00.000Z');
    expect(day.steps.at(-1)).toEqual({ from: Date.parse('2026-11-21T14:00:00Z'), to: now, n: 9 });
    expect(day.steps.at(-2)).toEqual({
      from: Date.parse('2026-11-21T13:45:00Z'),
      to: Date.parse('2026-11-21T14:00:00Z'),
      n: 5,
    });
    expect(day.steps).toHaveLength(97);
    expect(day.now).toBe(9);
    expect(day.usual).toHaveLength(25);
  });

  it('says nothing of the time between an old past and the present quarter', () => {
    const old = past(now - 3_600_000, 8, () => 5);
    const day = lastDay(old, { at: now, n: 9 });
    expect(iso(day.steps.at(-2)?.to)).toBe('2026-11-21T13:00:00.000Z');
    expect(iso(day.steps.at(-1)?.from)).toBe('2026-11-21T14:00:00.000Z');
  });

  it('leaves out when there was no vehicle, and unobserved times before it', () => {
    const young = past(now, 8, (from) => (now - from < 7_200_000 ? 5 : undefined));
    const span = { from: '2026-11-19T00:00:00Z', to: '2026-11-19T01:00:00Z' };
    const day = lastDay({ ...young, unobserved: [span] }, { at: now, n: 5 });
    expect(day.steps).toHaveLength(8);
    expect(day.usual).toEqual([]);
    expect(day.unobserved).toEqual([]);
  });
});

describe('in words the last day', () => {
  it('has its range, now, and what is usual', () => {
    const day = lastDay(
      past(now, 8, (from) => (from % 7_200_000 === 0 ? 4 : 5)),
      { at: now, n: 9 },
    );
    expect(trendInWords(day)).toBe(
      'The last 24 hours: from 4 to 9 disconnected, now 9; usual at this hour are 4 to 5.',
    );
  });

  it('says how often nothing was observed', () => {
    const span = (hour: string) => ({ from: `2026-11-21T${hour}:00:00Z`, to: `2026-11-21T${hour}:10:00Z` });
    const of = (...hours: string[]) =>
      trendInWords(lastDay({ ...past(now, 1, () => 5), unobserved: hours.map(span) }, { at: now, n: 5 }));
    expect(of('10')).toMatch(/; unobserved once\.$/);
    expect(of('10', '12')).toMatch(/; unobserved 2 times\.$/);
  });

  it('of a new installation is only now', () =>
    expect(trendInWords(lastDay({ quarters: [], unobserved: [] }, { at: now, n: 1 }))).toBe(
      'The last 24 hours: now 1.',
    ));
});

describe('the past is asked for again', () => {
  it.each([
    ['2026-11-21T14:00:00.000Z', 905_000],
    ['2026-11-21T14:14:59.000Z', 1000 + 5000 + 9000],
  ])('after the end of the quarter, at %s in %d ms', (asOf, ms) => expect(untilNextQuarter(asOf)).toBe(ms));
});
