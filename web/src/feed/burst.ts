import type { Entry, Happened } from './feed';

/** What happened alike to vehicles of one customer within a burst. */
export interface Group {
  key: string;
  customer: { id: string; name: string };
  status: Happened['status'];
  /** How many changes; the vehicles kept below may be fewer. */
  count: number;
  /** How many of them were first heartbeats. */
  first: number;
  /** The least and the greatest moment, seconds in the status before (first heartbeats left out) and last heartbeat. */
  from: string;
  to: string;
  shortest: number;
  longest: number;
  heardFrom: string;
  heardTo: string;
  /** The newest of its changes, newest first. */
  changes: readonly Happened[];
}

/** More changes than can be read, put together by customer. */
export interface Burst {
  kind: 'burst';
  key: string;
  /** Its first and its last second. */
  from: number;
  to: number;
  count: number;
  groups: Map<string, Group>;
}

/** A burst that begins. The key is the position of its first change: it stays while the burst grows. */
export function newBurst(key: string, second: number): Burst {
  return { kind: 'burst', key: `burst-${key}`, from: second, to: second, count: 0, groups: new Map() };
}

/** Puts a change into a burst, in place; groups are replaced, never changed. */
export function grown(burst: Burst, change: Happened, second: number): void {
  const id = `${change.customer.id} ${change.status}`;
  burst.groups.set(id, withChange(burst.groups.get(id) ?? emptyGroup(`${burst.key} ${id}`, change), change));
  burst.count++;
  burst.to = second;
}

function emptyGroup(key: string, { customer, status, at, lastHeartbeat }: Happened): Group {
  return {
    key,
    customer,
    status,
    count: 0,
    first: 0,
    from: at,
    to: at,
    shortest: Number.POSITIVE_INFINITY,
    longest: 0,
    heardFrom: lastHeartbeat,
    heardTo: lastHeartbeat,
    changes: [],
  };
}

/** The most changes of one group that are kept to be looked at: the list of vehicles has all of them. */
export const keptOfGroup = 100;

function withChange(group: Group, change: Happened): Group {
  const { at, afterSeconds, lastHeartbeat } = change;
  const first = isFirst(change);
  return {
    ...group,
    customer: change.customer, // it may have been renamed meanwhile
    count: group.count + 1,
    first: group.first + Number(first),
    from: at < group.from ? at : group.from,
    to: at > group.to ? at : group.to,
    shortest: first ? group.shortest : Math.min(group.shortest, afterSeconds),
    longest: first ? group.longest : Math.max(group.longest, afterSeconds),
    heardFrom: lastHeartbeat < group.heardFrom ? lastHeartbeat : group.heardFrom,
    heardTo: lastHeartbeat > group.heardTo ? lastHeartbeat : group.heardTo,
    changes: [change, ...group.changes.slice(0, keptOfGroup - 1)],
  };
}

/** Whether a change is the first heartbeat of its vehicle. */
export function isFirst(change: Pick<Happened, 'status' | 'statusBefore'>): boolean {
  return change.status === 'connected' && change.statusBefore === 'never_seen';
}

/** Keeps a burst within so many changes, in place: each group keeps its newest. */
export function trimmed(burst: Burst, most: number): void {
  const each = Math.max(1, Math.floor(most / Math.max(1, burst.groups.size)));
  for (const [id, group] of burst.groups)
    if (group.changes.length > each) burst.groups.set(id, { ...group, changes: group.changes.slice(0, each) });
}

/** What an entry counts against what is kept. */
export function weightOf(entry: Entry): number {
  if (entry.kind === 'single') return 1;
  let n = entry.groups.size;
  for (const { changes } of entry.groups.values()) n += changes.length;
  return n;
}

/** A burst's groups, those with most changes first. */
export function groupsOf(burst: Burst): Group[] {
  return [...burst.groups.values()].sort(
    (a, b) => b.count - a.count || a.customer.name.localeCompare(b.customer.name) || a.status.localeCompare(b.status),
  );
}
