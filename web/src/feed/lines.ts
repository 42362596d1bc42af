import { has, type Needle, needleOf, plateHas } from '../format/fold';
import { type Burst, type Group, groupsOf } from './burst';
import type { Feed, Happened } from './feed';
import { compared } from './place';

/** A line of the feed as it stands on screen. */
export type Line =
  | { kind: 'single' | 'member'; key: string; change: Happened }
  | { kind: 'burst'; key: string; burst: Burst }
  | { kind: 'group'; key: string; group: Group; open: boolean }
  | { kind: 'rest'; key: string; group: Group; n: number };

/** The lines of a feed: changes, bursts by customer, and the vehicles of the groups that are opened. */
export function linesOf(feed: Feed, opened: ReadonlySet<string>, q: string): Line[] {
  const wanted = needleOf(q);
  return feed.entries.flatMap((entry): Line[] => {
    if (entry.kind === 'burst') return burstLines(entry, opened, wanted);
    return matches(entry.change, wanted) ? [{ kind: 'single', key: entry.key, change: entry.change }] : [];
  });
}

function burstLines(burst: Burst, opened: ReadonlySet<string>, wanted: Needle): Line[] {
  const lines = groupsOf(burst).flatMap((group) => groupLines(group, opened, wanted));
  return lines.length === 0 ? [] : [{ kind: 'burst', key: burst.key, burst }, ...lines];
}

/** A group whole where its customer is meant, else those of its vehicles that are. */
function groupLines(group: Group, opened: ReadonlySet<string>, wanted: Needle): Line[] {
  const members = (changes: readonly Happened[]): Line[] =>
    changes.map((change) => ({ kind: 'member', key: change.position, change }));
  if (!has(group.customer.name, wanted)) return members(group.changes.filter((change) => matches(change, wanted)));
  const open = opened.has(group.key);
  const line: Line = { kind: 'group', key: group.key, group, open };
  if (!open) return [line];
  const n = group.count - group.changes.length;
  const rest: Line[] = n > 0 ? [{ kind: 'rest', key: `${group.key} rest`, group, n }] : [];
  return [line, ...members(group.changes), ...rest];
}

/** Whether a change is of a vehicle or a customer that is searched for, by any part, as the server searches for them. */
function matches({ vin, registrationNumber, customer }: Happened, wanted: Needle): boolean {
  return plateHas(registrationNumber, wanted) || has(vin, wanted) || has(customer.name, wanted);
}

/** How many changes came since a feed was held, of those that are searched for; and how many of them are kept no more. */
export function newSince(held: Feed, live: Feed, q: string): { n: number; lost: number } {
  const lost = Math.max(0, live.dropped - held.dropped - (held.taken - held.dropped));
  if (q === '') return { n: live.taken - held.taken, lost };
  const wanted = needleOf(q);
  const isNew = (change: Happened) =>
    (held.newest === undefined || compared(change.position, held.newest) > 0) && matches(change, wanted);
  const n = live.entries
    .flatMap((entry) =>
      entry.kind === 'single' ? [entry.change] : [...entry.groups.values()].flatMap(({ changes }) => changes),
    )
    .filter(isNew).length;
  return { n, lost };
}

/** The moment of the oldest change that is kept; none where there is none. */
export function oldestOf(feed: Feed): string | undefined {
  const entry = feed.entries.at(-1);
  if (entry === undefined) return undefined;
  if (entry.kind === 'single') return entry.change.at;
  return [...entry.groups.values()].map(({ from }) => from).sort()[0];
}

/** How many changes a second there were in the last minute, one number each second, the oldest first. */
export function rateOf(
  rate: ReadonlyMap<number, number>,
  since: number | undefined,
  now: number,
): { bars: number[]; n: number; seconds: number } {
  const end = Math.floor(now / 1000) - 1; // changes of this second may be on their way
  const bars = Array.from({ length: 60 }, (_, i) => rate.get(end - 59 + i) ?? 0);
  const seconds = since === undefined ? 60 : Math.min(60, Math.max(1, end - since + 1));
  return { bars, n: bars.reduce((sum, each) => sum + each, 0), seconds };
}
