import { duration } from '../format/duration';
import { counted } from '../format/number';
import { type Burst, type Group, isFirst } from './burst';
import { burstAbove, type Happened } from './feed';

/** Writes a moment in the zone that is shown. */
type Moment = (iso: string) => string;

/** What happened to a vehicle, in words. */
export function whatHappened(change: Happened, moment: Moment): string {
  if (isFirst(change)) return 'first heartbeat';
  if (change.status === 'connected') return `after ${duration(change.afterSeconds)} disconnected`;
  const silent = (Date.parse(change.at) - Date.parse(change.lastHeartbeat)) / 1000;
  return `silent ${duration(silent)}, last heard ${moment(change.lastHeartbeat)}`;
}

/** What happened to many vehicles of a customer, in words. */
export function whatHappenedToAll(group: Group, moment: Moment): string {
  const within = Math.max(1, Math.ceil((Date.parse(group.to) - Date.parse(group.from)) / 1000));
  return `${counted(group.count, 'change')} in ${duration(within)}, ${why(group, moment)}`;
}

function why(group: Group, moment: Moment): string {
  if (group.status === 'disconnected') return `last heard ${range(moment(group.heardFrom), moment(group.heardTo))}`;
  if (group.first === group.count) return 'first heartbeats';
  const after = `after ${range(duration(group.shortest), duration(group.longest))} disconnected`;
  return group.first === 0 ? after : `${counted(group.first, 'first heartbeat')}, others ${after}`;
}

function range(from: string, to: string): string {
  return from === to ? from : `${from} to ${to}`;
}

/** Why a burst is shown by customer. */
export function burstInWords({ from, to }: Burst, moment: Moment): string {
  const at = (second: number) => moment(new Date(second * 1000).toISOString());
  return `More than ${burstAbove} changes a second from ${at(from)} to ${at(to + 1)}: shown per customer.`;
}

/** How many changes there are: a second, or in the minute where that would be next to none. */
export function rateInWords({ n, seconds }: { n: number; seconds: number }): string {
  const each = n / seconds;
  return each < 0.1 ? counted(n, 'change') : `${each.toFixed(1)} changes/s`;
}

/** What is said aloud of some seconds, instead of each change. */
export function saidAloud(changes: { connected: number; disconnected: number }, seconds: number): string {
  const { connected, disconnected } = changes;
  if (connected + disconnected === 0) return '';
  return `${counted(connected + disconnected, 'change')} in the last ${seconds} seconds: ${disconnected} disconnected, ${connected} connected`;
}
