import { describe, expect, it } from 'vitest';
import { type Burst, groupsOf, weightOf } from './burst';
import { burstAbove, type Feed, type Happened, kept, nothing, taking } from './feed';
import { compared } from './place';
import { changed, iso, noon } from './testing';

/** So many changes in a second, numbered on from `from`. */
function many(n: number, from: number, second: number, more: (i: number) => Partial<Happened> = () => ({})) {
  return Array.from({ length: n }, (_, i) => changed(from + i, second, more(i)));
}

const shape = ({ entries }: Feed) => entries.map((each) => (each.kind === 'burst' ? each.count : 'single'));
const burstIn = (feed: Feed) => feed.entries.find((each) => each.kind === 'burst') as Burst;

describe('positions', () => {
  it.each([
    ['a.9', 'a.10', -1],
    ['a.10', 'a.10', 0],
    ['a.18446744073709551615', 'a.18446744073709551614', 1],
    ['a.5', 'a.5-7', -1],
    ['a.5-7', 'a.5-12', -1],
  ])('%s and %s are in the order of the log', (a, b, sign) => expect(Math.sign(compared(a, b))).toBe(sign));
});

describe('the feed', () => {
  it('holds changes newest first', () => {
    const feed = taking(nothing, [changed(1, 0), changed(2, 5), changed(3, 5)]);
    expect(feed.entries.map(({ key }) => key)).toEqual(['aaaaaaaa.3', 'aaaaaaaa.2', 'aaaaaaaa.1']);
    expect(feed).toMatchObject({ taken: 3, dropped: 0, newest: 'aaaaaaaa.3' });
  });

  it('takes nothing twice, whatever overlaps', () => {
    const feed = taking(taking(nothing, [changed(1, 0), changed(2, 1)]), [
      changed(1, 0),
      changed(2, 1),
      changed(10, 2),
    ]);
    expect(feed.entries.map(({ key }) => key)).toEqual(['aaaaaaaa.10', 'aaaaaaaa.2', 'aaaaaaaa.1']);
    expect(feed.taken).toBe(3);
  });

  it('leaves what it was made of as it was, so that a pause can keep it', () => {
    const one = taking(nothing, many(60, 1, 0));
    const before = JSON.stringify([one.entries, burstIn(one).count]);
    taking(one, many(60, 100, 1));
    expect(JSON.stringify([one.entries, burstIn(one).count])).toBe(before);
    expect(groupsOf(burstIn(one))[0]?.count).toBe(60);
  });

  it('gives the same in one batch and one by one', () => {
    const all = [...many(20, 1, 0), ...many(70, 100, 1), ...many(30, 200, 2), ...many(5, 300, 3), ...many(80, 400, 5)];
    const byOne = all.reduce((feed, change) => taking(feed, [change]), nothing);
    const atOnce = taking(nothing, all);
    expect(shape(byOne)).toEqual(shape(atOnce));
    expect(groupsOf(burstIn(byOne))).toEqual(groupsOf(burstIn(atOnce)));
  });

  it('begins anew where the log is another', () => {
    const feed = taking(taking(nothing, many(60, 1, 0)), [changed(0, 5, { position: 'bbbbbbbb.1' })]);
    expect(feed).toMatchObject({ taken: 1, newest: 'bbbbbbbb.1' });
    expect(shape(feed)).toEqual(['single']);
  });

  it('counts changes by second, and forgets those long ago', () => {
    const feed = taking(nothing, [...many(3, 1, 0), ...many(2, 10, 1), changed(20, 200)]);
    expect([...feed.rate.values()]).toEqual([1]);
    expect([...taking(nothing, [...many(3, 1, 0), ...many(2, 10, 1)]).rate.values()]).toEqual([3, 2]);
  });
});

describe('a burst', () => {
  it('begins above 50 changes a second and takes in the whole second', () => {
    expect(shape(taking(nothing, many(burstAbove, 1, 0)))).toHaveLength(50);
    expect(shape(taking(nothing, [changed(1, 0), ...many(burstAbove + 1, 2, 1)]))).toEqual([51, 'single']);
  });

  it('lasts over seconds, and ends after one of 25 or fewer', () => {
    const feed = taking(nothing, [...many(60, 1, 0), ...many(30, 100, 1), ...many(25, 200, 2), ...many(2, 300, 3)]);
    expect(shape(feed)).toEqual(['single', 'single', 115]);
    expect(burstIn(feed)).toMatchObject({ from: noon / 1000, to: noon / 1000 + 2 });
  });

  it('goes on where it had paused for a moment, with what lay between', () => {
    const feed = taking(nothing, [...many(60, 1, 0), ...many(3, 100, 2), ...many(60, 200, 3)]);
    expect(shape(feed)).toEqual([123]);
  });

  it('is another one later', () => {
    const feed = taking(nothing, [...many(60, 1, 0), ...many(60, 200, 30)]);
    expect(shape(feed)).toEqual([60, 60]);
    expect(new Set(feed.entries.map(({ key }) => key)).size).toBe(2);
  });

  it('keeps its key and those of its groups while it grows', () => {
    const one = taking(nothing, many(60, 1, 0));
    const two = taking(one, many(60, 100, 1));
    expect(burstIn(two).key).toBe(burstIn(one).key);
    expect(groupsOf(burstIn(two))[0]?.key).toBe(groupsOf(burstIn(one))[0]?.key);
  });

  it('is told by when changes were found out: deadlines lie apart, and do not go back', () => {
    const feed = taking(
      nothing,
      many(60, 1, 10, (i) => ({ at: iso(-i) })),
    );
    expect(shape(feed)).toEqual([60]);
    expect(groupsOf(burstIn(feed))[0]).toMatchObject({ from: iso(-59), to: iso(0) });
  });

  it('groups by customer and status, most first', () => {
    const feed = taking(nothing, [
      ...many(40, 1, 0, () => ({ status: 'disconnected' })),
      ...many(10, 100, 0, () => ({ customer: { id: 'c2', name: 'Anna' } })),
      ...many(20, 200, 0),
    ]);
    expect(groupsOf(burstIn(feed)).map(({ customer, status, count }) => [customer.id, status, count])).toEqual([
      ['c1', 'disconnected', 40],
      ['c1', 'connected', 20],
      ['c2', 'connected', 10],
    ]);
  });

  it('tells first heartbeats from returns', () => {
    const feed = taking(
      nothing,
      many(60, 1, 0, (i) => (i < 20 ? { statusBefore: 'never_seen', afterSeconds: 9999 } : { afterSeconds: i })),
    );
    expect(groupsOf(burstIn(feed))[0]).toMatchObject({ count: 60, first: 20, shortest: 20, longest: 59 });
  });

  it('keeps the newest vehicles of a group, and counts all', () => {
    const feed = taking(nothing, many(5000, 1, 0));
    const [group] = groupsOf(burstIn(feed));
    expect(group?.count).toBe(5000);
    expect(group?.changes).toHaveLength(100);
    expect(group?.changes[0]?.vin).toBe('V5000');
    expect(feed.dropped).toBe(0);
  });
});

describe('what is kept', () => {
  const weight = (feed: Feed) => feed.entries.reduce((sum, each) => sum + weightOf(each), 0);

  it('is bounded, the oldest go first, and their number is known', () => {
    const calm = Array.from({ length: kept + 500 }, (_, i) => changed(i + 1, i));
    const feed = taking(nothing, calm);
    expect(feed.entries).toHaveLength(kept);
    expect(feed).toMatchObject({ taken: kept + 500, dropped: 500 });
    expect(feed.entries.at(-1)?.key).toBe('aaaaaaaa.501');
  });

  it('is bounded in the greatest of bursts, of however many customers', () => {
    const customers = (i: number) => ({ customer: { id: `c${i % 300}`, name: `Customer ${i % 300}` } });
    let feed: Feed = nothing;
    for (let second = 0; second < 20; second++) feed = taking(feed, many(2000, second * 2000 + 1, second, customers));
    expect(weight(feed)).toBeLessThanOrEqual(kept);
    expect(burstIn(feed).count).toBe(40_000);
    expect(feed.dropped).toBe(0);
  });

  it('drops a whole burst with its number', () => {
    const calm = Array.from({ length: kept }, (_, i) => changed(1000 + i, 100 + i));
    const feed = taking(taking(nothing, many(60, 1, 0)), calm);
    expect(feed.dropped).toBe(60);
    expect(feed.entries.every(({ kind }) => kind === 'single')).toBe(true);
  });
});
