import { describe, expect, it } from 'vitest';
import { hoursBack, past } from './pastForTests';
import { usualByHour } from './usual';

const now = Date.parse('2026-11-21T14:07:00Z');
const at14 = (usual: ReturnType<typeof usualByHour>) => usual.at(-1);

describe('what was usual in each hour of the last day', () => {
  it('has an hour for each that the day touches', () => {
    const usual = usualByHour(
      past(now, 8, () => 5),
      now,
    );
    expect(usual).toHaveLength(25);
    expect(new Date(usual[0]?.from ?? 0).toISOString()).toBe('2026-11-20T14:00:00.000Z');
    expect(new Date(usual.at(-1)?.from ?? 0).toISOString()).toBe('2026-11-21T14:00:00.000Z');
    expect(usual.every(({ lo, hi }) => lo === 5 && hi === 5)).toBe(true);
  });

  it('is the 10th and 90th percentile by nearest rank of the same hour of seven days', () => {
    // 28 samples of the hour: day 1 back has 1 2 3 4, … day 7 back has 25 26 27 28; all other hours have a thousand.
    const samples = past(now, 8, (from) => {
      const back = hoursBack(now, from) / 24;
      if (!Number.isInteger(back) || back === 0) return 1000;
      return (back - 1) * 4 + new Date(from).getUTCMinutes() / 15 + 1;
    });
    expect(at14(usualByHour(samples, now))).toMatchObject({ lo: 3, hi: 26 });
  });

  it('is nothing before there are three days of it', () => {
    const of = (days: number) =>
      at14(usualByHour({ ...past(now, 8, () => 5), quarters: past(now, days, () => 5).quarters }, now));
    expect(of(2.5)).toBeUndefined();
    expect(of(3.5)).toMatchObject({ lo: 5, hi: 5 });
  });

  it('does not count quarters in which there was no vehicle', () => {
    const empty = past(now, 8, (from) => (now - from > 2.5 * 86_400_000 ? undefined : 5));
    expect(at14(usualByHour(empty, now))).toBeUndefined();
  });

  it('does not count quarters whose end nobody saw, and counts those beside them', () => {
    const hour = (back: number, minutes: number) =>
      new Date(Date.parse('2026-11-21T14:00:00Z') - back * 86_400_000 + minutes * 60_000).toISOString();
    const samples = past(now, 8, (from) => (hoursBack(now, from) === 24 ? 900 : 5));
    expect(at14(usualByHour(samples, now))).toMatchObject({ hi: 900 });
    const unseen = { ...samples, unobserved: [{ from: hour(1, 1), to: hour(1, 61) }] };
    expect(at14(usualByHour(unseen, now))).toMatchObject({ hi: 5 });
    const beside = { ...samples, unobserved: [{ from: hour(1, 15), to: hour(1, 30) }] };
    expect(at14(usualByHour(beside, now))).toMatchObject({ hi: 900 });
  });

  it('of an empty past is nothing', () => expect(usualByHour({ quarters: [], unobserved: [] }, now)).toEqual([]));
});
