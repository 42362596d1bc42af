import { describe, expect, it } from 'vitest';
import { type Feed, type Happened, nothing, taking } from './feed';
import { linesOf, newSince, oldestOf, rateOf } from './lines';
import { changed } from './testing';
import { burstInWords, rateInWords, saidAloud, whatHappened, whatHappenedToAll } from './words';

const none: ReadonlySet<string> = new Set();
const anna = { customer: { id: 'c2', name: 'Anna Åkeri AB' } };
const burst = (more: (i: number) => Partial<Happened> = () => ({})) =>
  taking(nothing, [changed(1, -9), ...Array.from({ length: 200 }, (_, i) => changed(i + 2, 0, more(i)))]);
const kinds = (feed: Feed, opened = none, q = '') => linesOf(feed, opened, q).map(({ kind }) => kind);
const moment = (iso: string) => iso.slice(11, 19);

describe('the lines', () => {
  it('are a burst’s sentence and its groups, and what lies before', () => {
    expect(kinds(burst((i) => (i % 2 ? anna : {})))).toEqual(['burst', 'group', 'group', 'single']);
  });

  it('show the vehicles of an opened group, and how many are kept no more', () => {
    const feed = burst();
    const key = linesOf(feed, none, '')[1]?.key ?? '';
    const lines = linesOf(feed, new Set([key]), '');
    expect(lines.filter(({ kind }) => kind === 'member')).toHaveLength(100);
    expect(lines.find((line) => line.kind === 'rest')).toMatchObject({ n: 100 });
    expect(new Set(lines.map((each) => each.key)).size).toBe(lines.length);
  });

  it('are searched by any part of plate, VIN and customer, in any case', () => {
    const feed = taking(nothing, [changed(1, 0), changed(2, 1, anna), changed(3, 2, { vin: 'YS2R4X2' })]);
    const found = (q: string) => linesOf(feed, none, q).map(({ key }) => key.split('.')[1]);
    expect(found('abc 1')).toEqual(['1']);
    expect(found('abc1')).toEqual(['1']);
    expect(found('ab-c.1')).toEqual(['1']);
    expect(found('åKERI'.normalize('NFD'))).toEqual(['2']);
    expect(found('s2r4')).toEqual(['3']);
    expect(found('xyz')).toEqual([]);
  });

  it('show the vehicles of a burst that are searched for, and whole groups by their customer', () => {
    const feed = burst((i) => (i === 199 ? anna : {}));
    expect(kinds(feed, none, 'ABC 199')).toEqual(['burst', 'member']);
    expect(kinds(feed, none, 'anna')).toEqual(['burst', 'group']);
  });
});

describe('what came while the rows stood still', () => {
  it('is counted, also of what is searched for alone', () => {
    const held = taking(nothing, [changed(1, 0)]);
    const live = taking(held, [changed(2, 1), changed(3, 2, anna)]);
    expect(newSince(held, live, '')).toEqual({ n: 2, lost: 0 });
    expect(newSince(held, live, 'anna')).toEqual({ n: 1, lost: 0 });
  });

  it('is lost only after all that was there before', () => {
    const held = taking(nothing, [changed(1, 0), changed(2, 1)]);
    const calm = (n: number) => Array.from({ length: n }, (_, i) => changed(i + 3, i + 2));
    expect(newSince(held, taking(held, calm(1000)), '')).toEqual({ n: 1000, lost: 0 });
    expect(newSince(held, taking(held, calm(1040)), '')).toEqual({ n: 1040, lost: 40 });
  });
});

describe('the rate', () => {
  const second = Date.UTC(2026, 10, 21, 12) / 1000;
  it('is of the last whole minute', () => {
    const rate = new Map([
      [second - 61, 9],
      [second - 60, 1],
      [second - 1, 2],
      [second, 7],
    ]);
    const { bars, n, seconds } = rateOf(rate, undefined, second * 1000 + 400);
    expect([bars.length, bars[0], bars[59], n, seconds]).toEqual([60, 1, 2, 3, 60]);
  });

  it('is of fewer seconds where the list reaches back no further', () => {
    expect(rateOf(new Map([[second - 1, 20]]), second - 10, second * 1000)).toMatchObject({ n: 20, seconds: 10 });
    expect(rateOf(new Map(), second + 5, second * 1000).seconds).toBe(1);
  });

  it.each([
    [126, '2.1 changes/s'],
    [5, '5 changes'],
    [1, '1 change'],
  ])('of %d a minute reads %s', (n, text) => expect(rateInWords({ n, seconds: 60 })).toBe(text));
});

describe('the words', () => {
  it.each<[Partial<Happened>, string]>([
    [{ statusBefore: 'never_seen' }, 'first heartbeat'],
    [{ afterSeconds: 98 }, 'after 1 min 38 s disconnected'],
    [
      { status: 'disconnected', at: '2026-11-21T14:07:49.880Z', lastHeartbeat: '2026-11-21T14:06:19.880Z' },
      'silent 1 min 30 s, last heard 14:06:19',
    ],
  ])('of a change say what happened: %#', (more, text) => expect(whatHappened(changed(1, 0, more), moment)).toBe(text));

  const ofGroup = (feed: Feed) => {
    const line = linesOf(feed, none, '')[1];
    return line?.kind === 'group' ? whatHappenedToAll(line.group, moment) : '';
  };
  it('of a group say how many and in which time', () => {
    expect(ofGroup(burst())).toBe('200 changes in 1 s, after 1 min 00 s disconnected');
    expect(ofGroup(burst((i) => ({ afterSeconds: 60 + i })))).toMatch(/after 1 min 00 s to 4 min 19 s disconnected$/);
    expect(ofGroup(burst(() => ({ statusBefore: 'never_seen' })))).toBe('200 changes in 1 s, first heartbeats');
    expect(ofGroup(burst((i) => (i < 3 ? { statusBefore: 'never_seen' } : {})))).toMatch(
      /3 first heartbeats, others after/,
    );
    expect(ofGroup(burst(() => ({ status: 'disconnected' })))).toMatch(/last heard 12:00:00$/);
  });

  it('of a burst say why', () => {
    const line = linesOf(burst(), none, '')[0];
    expect(line?.kind === 'burst' && burstInWords(line.burst, moment)).toBe(
      'More than 50 changes a second from 12:00:00 to 12:00:01: shown per customer.',
    );
  });

  it('said aloud are a summary, and nothing where nothing was', () => {
    expect(saidAloud({ connected: 2, disconnected: 3 }, 10)).toBe(
      '5 changes in the last 10 seconds: 3 disconnected, 2 connected',
    );
    expect(saidAloud({ connected: 0, disconnected: 0 }, 10)).toBe('');
  });

  it('know the oldest that is kept', () => {
    expect(oldestOf(nothing)).toBeUndefined();
    expect(oldestOf(burst())).toBe(changed(1, -9).at);
  });
});
