import { describe, expect, it } from 'vitest';
import { asking, hearing, type Joined, listing, resetting, unjoined, waitingMost } from './joined';
import { changed } from './testing';

const at = (n: number) => changed(n, n);
const newestFirst = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => at(to - i));
const places = ({ feed }: Joined) =>
  feed.entries.flatMap((each) => (each.kind === 'single' ? [Number(each.key.split('.')[1])] : []));

describe('the list and the stream', () => {
  it('join without a gap and without a double, in the order of the log', () => {
    let joined = asking(unjoined);
    joined = hearing(joined, [at(4), at(5), at(6)]); // while the list is on its way, which holds some of it
    joined = listing(joined, newestFirst(1, 5), false);
    joined = hearing(joined, [at(6), at(7)]);
    expect(places(joined)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(joined).toMatchObject({ waiting: undefined, epoch: 0, since: undefined });
  });

  it('join again after the stream had to begin anew', () => {
    let joined = listing(unjoined, newestFirst(1, 3), false);
    joined = hearing(asking(joined), [at(8)]);
    joined = listing(joined, newestFirst(2, 7), true);
    expect(places(joined)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(joined.anew).toBeUndefined();
  });

  it('begin anew, and say so, where more happened than the list holds', () => {
    let joined = listing(unjoined, newestFirst(1, 3), false);
    joined = hearing(asking(joined), [at(21)]);
    joined = listing(joined, newestFirst(11, 20), true);
    expect(places(joined)).toEqual([21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11]);
    expect(joined).toMatchObject({ anew: 'gap', epoch: 1 });
  });

  it('know from when on they are complete', () => {
    const { since } = listing(unjoined, newestFirst(11, 20), true);
    expect(since).toBe(Date.parse(at(11).provedAt) / 1000);
  });

  it('let a bounded number wait for the list, which holds the rest', () => {
    let joined = asking(unjoined);
    joined = hearing(joined, newestFirst(1, waitingMost + 10).toReversed());
    expect(joined.waiting).toHaveLength(waitingMost);
    expect(joined.waiting?.at(-1)?.position).toBe(at(waitingMost + 10).position);
  });

  it('forget all after a reset, and say so only to who saw something', () => {
    const joined = resetting(listing(unjoined, newestFirst(1, 3), false));
    expect(places(joined)).toEqual([]);
    expect(joined).toMatchObject({ anew: 'reset', epoch: 1 });
    expect(resetting(unjoined).anew).toBeUndefined();
  });
});
