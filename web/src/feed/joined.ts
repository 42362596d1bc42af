import { type Feed, type Happened, nothing, taking } from './feed';
import { compared } from './place';

/** Why the feed begins later than it did: too much had happened to join, or the log was put back. */
export type Anew = 'gap' | 'reset';

/** The feed, made of a list of the last changes and of the stream that goes on from there. */
export interface Joined {
  feed: Feed;
  /** What came by the stream while the list is asked for; undefined while nothing is asked. */
  waiting: readonly Happened[] | undefined;
  /** Each beginning anew has the next number. */
  epoch: number;
  /** Why it began anew last. */
  anew: Anew | undefined;
  /** The second from which on the changes are complete; undefined: all there ever were. */
  since: number | undefined;
}

/** Before anything was asked. */
export const unjoined: Joined = { feed: nothing, waiting: undefined, epoch: 0, anew: undefined, since: undefined };

/** So many changes wait for a list at most; it then holds those that were dropped, or the feed begins anew. */
export const waitingMost = 5000;

/** The list is being asked for: what comes meanwhile waits. */
export function asking(joined: Joined): Joined {
  return { ...joined, waiting: joined.waiting ?? [] };
}

/** Changes came by the stream, the oldest first. */
export function hearing(joined: Joined, changes: readonly Happened[]): Joined {
  const { waiting, feed } = joined;
  if (waiting === undefined) return { ...joined, feed: taking(feed, changes) };
  return { ...joined, waiting: [...waiting, ...changes].slice(-waitingMost) };
}

/**
 * The list came, newest first. It and what waited are put in order and taken; where a full list does not reach back to what
 * was known, something in between is not known, and the feed begins with the list.
 */
export function listing(joined: Joined, list: readonly Happened[], full: boolean): Joined {
  const oldest = list.at(-1);
  const { newest } = joined.feed;
  const gap = newest !== undefined && full && oldest !== undefined && compared(oldest.position, newest) > 0;
  const all = [...list, ...(joined.waiting ?? [])].sort((a, b) => compared(a.position, b.position));
  const begins = gap || newest === undefined;
  return {
    feed: taking(gap ? nothing : joined.feed, all),
    waiting: undefined,
    epoch: joined.epoch + Number(gap),
    anew: gap ? 'gap' : joined.anew,
    since: begins ? (full && oldest ? Math.floor(Date.parse(oldest.provedAt) / 1000) : undefined) : joined.since,
  };
}

/** All that was known may be wrong: the log was put back to an earlier moment, or somebody else is asking. */
export function resetting(joined: Joined): Joined {
  return { ...unjoined, epoch: joined.epoch + 1, anew: joined.feed.newest === undefined ? undefined : 'reset' };
}
