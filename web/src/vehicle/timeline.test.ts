import { describe, expect, it } from 'vitest';
import type { Interval } from '../api/client';
import { rangeOf, ranges, validRange } from './range';
import { joined, linesOf, statsOf, windowOf } from './timeline';

const at = (minute: number, second = 0) => new Date(Date.UTC(2026, 10, 21, 12, minute, second)).toISOString();
const ms = (minute: number) => Date.parse(at(minute));
const interval = (status: Interval['status'], from: number, to: number): Interval => ({
  status,
  from: at(from),
  to: at(to),
});

describe('the window of a range', () => {
  it('ends with the minute of now, so that bars stand still within it', () => {
    const [hour] = ranges;
    expect(windowOf(hour, ms(30))).toEqual({ from: ms(-29), to: ms(31) });
    expect(windowOf(hour, ms(31) - 1)).toEqual({ from: ms(-29), to: ms(31) });
    expect(windowOf(hour, ms(31))).toEqual({ from: ms(-28), to: ms(32) });
  });

  it.each(ranges)('of $value is as long as it says', (range) => {
    const { from, to } = windowOf(range, ms(0));
    expect(to - from).toBe({ '1h': 1, '24h': 24, '7d': 168, '30d': 720 }[range.value] * 3_600_000);
  });
});

describe('the range of an address', () => {
  it('is 24 h unless another one is asked for, and keeps the filter', () => {
    expect(rangeOf(validRange({}))).toBe(ranges[1]);
    expect(validRange({ range: '7d', status: 'connected', what: 'x' })).toEqual({ range: '7d', status: ['connected'] });
    expect(validRange({ range: '24h' })).toEqual({});
    expect(validRange({ range: '2y' })).toEqual({});
  });
});

describe('joining a past', () => {
  const before = {
    from: ms(0),
    cut: false,
    intervals: [
      interval('connected', 40, 45),
      interval('disconnected', 30, 40),
      interval('connected', 10, 30),
      interval('never_seen', 0, 10),
    ],
  };

  it('takes the newest as it is now, and what lies before it as it was', () => {
    const newest = [interval('disconnected', 46, 50), interval('connected', 40, 46)];
    expect(joined(newest, before, ms(0), 100)?.intervals).toEqual([...newest, ...before.intervals.slice(1)]);
  });

  it('leaves out what the window has passed', () => {
    expect(joined([interval('connected', 40, 50)], before, ms(10), 100)?.intervals).toEqual([
      interval('connected', 40, 50),
      interval('disconnected', 30, 40),
      interval('connected', 10, 30),
    ]);
  });

  it('is none where both do not meet, the window reaches further back, or nothing was known', () => {
    expect(joined([interval('connected', 50, 55)], before, ms(0), 100)).toBeUndefined();
    expect(joined([interval('connected', 40, 50)], before, ms(-1), 100)).toBeUndefined();
    expect(joined([interval('connected', 40, 50)], undefined, ms(0), 100)).toBeUndefined();
    expect(joined([], before, ms(0), 100)).toBeUndefined();
  });

  it('keeps so many at most, and says that it is cut', () => {
    const past = joined([interval('disconnected', 46, 50), interval('connected', 40, 46)], before, ms(0), 3);
    expect(past?.intervals).toHaveLength(3);
    expect(past?.cut).toBe(true);
  });
});

describe('what a past comes to', () => {
  it('is how often and how long it was disconnected, and how long nobody could know', () => {
    expect(
      statsOf([
        interval('disconnected', 50, 52),
        interval('connected', 40, 50),
        interval('unobserved', 35, 40),
        interval('connected', 30, 35),
        interval('disconnected', 20, 30),
      ]),
    ).toEqual({ disconnections: 2, disconnected: 720, unobserved: 300 });
  });

  it('counts a disconnection once that was not observed throughout', () => {
    expect(
      statsOf([interval('disconnected', 50, 52), interval('unobserved', 40, 50), interval('disconnected', 20, 40)]),
    ).toEqual({ disconnections: 1, disconnected: 1320, unobserved: 600 });
  });

  it('is nothing of nothing', () => {
    expect(statsOf([])).toEqual({ disconnections: 0, disconnected: 0, unobserved: 0 });
  });
});

describe('the lines of the table', () => {
  const registeredAt = at(-600);
  const past = (intervals: Interval[]) => ({ from: ms(0), cut: false, intervals, asOf: at(50) });

  it('let the newest one go on to now', () => {
    const [line] = linesOf(
      past([interval('connected', 40, 50)]),
      { status: 'connected', since: at(40), registeredAt },
      ms(51),
    );
    expect(line).toEqual({ status: 'connected', from: at(40), to: undefined, earlier: false, seconds: 660 });
  });

  it('let it begin where the status did, also before the window', () => {
    const [line] = linesOf(
      past([interval('disconnected', 0, 50)]),
      { status: 'disconnected', since: at(-90), registeredAt },
      ms(50),
    );
    expect(line).toMatchObject({ from: at(-90), earlier: false, seconds: 8400 });
  });

  it('say that others which touch the beginning of the window began earlier', () => {
    const lines = linesOf(
      past([interval('connected', 20, 50), interval('disconnected', 0, 20)]),
      { status: 'connected', since: at(20), registeredAt },
      ms(50),
    );
    expect(lines.map(({ earlier }) => earlier)).toEqual([false, true]);
  });

  it('know where the past begins with the registration', () => {
    const lines = linesOf(past([interval('never_seen', 5, 50)]), { status: 'never_seen', registeredAt: at(5) }, ms(50));
    expect(lines).toEqual([{ status: 'never_seen', from: at(5), to: undefined, earlier: false, seconds: 2700 }]);
  });

  it('end an interval that the service ended', () => {
    const [, line] = linesOf(
      past([interval('connected', 40, 50), interval('unobserved', 30, 40)]),
      { status: 'connected', since: at(-90), registeredAt },
      ms(55),
    );
    expect(line).toMatchObject({ status: 'unobserved', to: at(40), seconds: 600 });
  });
});
