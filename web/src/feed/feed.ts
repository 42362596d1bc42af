import type { Transition } from '../api/client';
import { type Burst, grown, newBurst, trimmed, weightOf } from './burst';
import { compared, sameLog } from './place';

/** A transition as the feed keeps it. */
export interface Happened extends Transition {
  position: string;
  status: 'connected' | 'disconnected';
}

/** A change that is shown by itself. */
export interface Single {
  kind: 'single';
  key: string;
  change: Happened;
}

/** An entry of the feed: a change, or a burst of them. */
export type Entry = Single | Burst;

/** What is known of the feed. It is never changed in place: whoever pauses keeps the one of that moment. */
export interface Feed {
  /** Newest first. */
  entries: readonly Entry[];
  /** The position of the newest change that was taken; none before the first. */
  newest: string | undefined;
  /** How many changes were taken since the feed began. */
  taken: number;
  /** How many of those were disconnections. */
  disconnected: number;
  /** How many of them are kept no more, not even as a number in a burst. */
  dropped: number;
  /** The second of the newest change, how many there were in it, and in the one before: what tells a burst. */
  second: number;
  inSecond: number;
  before: number;
  /** How many changes there were in each of the last seconds. */
  rate: ReadonlyMap<number, number>;
}

/** The feed before anything was heard. */
export const nothing: Feed = {
  entries: [],
  newest: undefined,
  taken: 0,
  disconnected: 0,
  dropped: 0,
  second: 0,
  inSecond: 0,
  before: 0,
  rate: new Map(),
};

/** More changes than this in a second are a burst, */
export const burstAbove = 50;
/** and it lasts until a second has no more than this: it would else end and begin again with each breath. */
export const burstOver = 25;
/** So many changes are kept: what a person may still read, and what a tab may hold for days. */
export const kept = 1000;
/** So many seconds of the rate are kept: more than the minute that is shown, because changes come late. */
const rateKept = 90;

/** The second that a change was found out in. It never goes back from one change to the next, as `at` does. */
export function secondOf(change: Pick<Happened, 'provedAt'>): number {
  return Math.floor(Date.parse(change.provedAt) / 1000);
}

/**
 * Takes changes, the oldest first. What was taken before is left out, so that the list and the stream, which overlap, join
 * without a double; a change of another log begins anew.
 */
export function taking(feed: Feed, changes: readonly Happened[]): Feed {
  const next = new Taking(feed);
  for (const change of changes) next.take(change);
  return next.done();
}

/** The one batch of changes that is being taken: it copies once what a change each would copy often. */
class Taking {
  #feed: Feed;
  /** Oldest first, so that the newest is put at the end. */
  #entries: Entry[];
  #rate: Map<number, number>;
  /** The burst of this batch, which is its own to change. */
  #own: Burst | undefined;

  constructor(feed: Feed) {
    this.#feed = { ...feed };
    this.#entries = feed.entries.toReversed();
    this.#rate = new Map(feed.rate);
  }

  take(change: Happened): void {
    const { newest } = this.#feed;
    if (newest !== undefined && !sameLog(newest, change.position)) this.#anew();
    else if (newest !== undefined && compared(change.position, newest) <= 0) return;
    this.#feed.newest = change.position;
    this.#feed.taken++;
    if (change.status === 'disconnected') this.#feed.disconnected++;
    this.#count(change);
    this.#put(change);
  }

  #anew(): void {
    this.#feed = { ...nothing };
    this.#entries = [];
    this.#rate = new Map();
    this.#own = undefined;
  }

  #count(change: Happened): void {
    const feed = this.#feed;
    const second = Math.max(feed.second, secondOf(change));
    if (second !== feed.second) {
      feed.before = second === feed.second + 1 ? feed.inSecond : 0;
      feed.second = second;
      feed.inSecond = 0;
    }
    feed.inSecond++;
    this.#rate.set(second, feed.inSecond);
  }

  #put(change: Happened): void {
    const { second, inSecond, before } = this.#feed;
    const last = this.#entries.at(-1);
    const lasting = last?.kind === 'burst' && (last.to === second || (last.to === second - 1 && before > burstOver));
    if (lasting) {
      grown(this.#mine(last), change, second);
      return;
    }
    this.#entries.push({ kind: 'single', key: change.position, change });
    if (inSecond > burstAbove) this.#gather(second, inSecond);
  }

  /** Makes a burst of the singles of this second; one that ended a moment ago goes on with it. */
  #gather(second: number, n: number): void {
    const singles = this.#entries.splice(-n) as Single[];
    const between = this.#between(second);
    const last = this.#entries.at(-1 - between);
    let burst: Burst;
    if (last?.kind === 'burst' && last.to >= second - 3) {
      singles.unshift(...(this.#entries.splice(this.#entries.length - between) as Single[]));
      burst = this.#mine(last);
    } else {
      burst = newBurst(singles[0]?.key ?? '', second);
      this.#entries.push(burst);
      this.#own = burst;
    }
    for (const { change } of singles) grown(burst, change, second);
  }

  /** How many singles of the last moments lie at the end. */
  #between(second: number): number {
    let n = 0;
    for (let i = this.#entries.length - 1; i >= 0; i--, n++) {
      const entry = this.#entries[i];
      if (entry?.kind !== 'single' || secondOf(entry.change) < second - 3) break;
    }
    return n;
  }

  /** The last burst, as this batch may change it. */
  #mine(last: Burst): Burst {
    if (this.#own === last) return last;
    const own = { ...last, groups: new Map(last.groups) };
    this.#entries[this.#entries.length - 1] = own;
    this.#own = own;
    return own;
  }

  done(): Feed {
    const own = this.#own;
    if (own !== undefined) trimmed(own, kept / 2);
    let weight = 0;
    let from = this.#entries.length;
    while (from > 0) {
      weight += weightOf(this.#entries[from - 1] as Entry);
      if (weight > kept && from < this.#entries.length) break;
      from--;
    }
    for (const gone of this.#entries.splice(0, from)) this.#feed.dropped += gone.kind === 'burst' ? gone.count : 1;
    for (const second of this.#rate.keys()) if (second < this.#feed.second - rateKept) this.#rate.delete(second);
    return { ...this.#feed, entries: this.#entries.reverse(), rate: this.#rate };
  }
}
