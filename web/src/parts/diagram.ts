import type { VehicleDetail } from '../api/client';
import { setting } from '../format/duration';
import type { Kind } from '../marks/Mark';

/** A part of the track, in per cent of the width. Silence is thicker than what is calm. */
export interface Part {
  kind: 'connected' | 'overdue' | 'disconnected' | 'unobserved';
  from: number;
  to: number;
  /** What stands above, in words and shortly. */
  words: string;
  short: string;
}

/** A moment with its mark, below the track. */
export interface Tick {
  at: number;
  name: 'registered' | 'last heard' | 'due' | 'deadline' | 'now';
  kind: Kind | undefined;
  iso: string | undefined;
}

/** The reason as a drawing: how far time has gone between the last heartbeat and the deadline. */
export interface Diagram {
  parts: Part[];
  ticks: Tick[];
  /** Where the triangle stands; undefined where now is the right edge. */
  now: number | undefined;
}

/** While the timeout runs it takes so much of the width, to scale: a little room is left for what comes after. */
const scaled = 86;

/** Draws the reason of a vehicle. `now` is the service's time in milliseconds. */
export function diagramOf(vehicle: VehicleDetail, now: number): Diagram {
  const { lastHeartbeat, deadline, status, registeredAt } = vehicle;
  if (lastHeartbeat === undefined || deadline === undefined)
    return {
      parts: [],
      ticks: [
        { at: 0, name: 'registered', kind: 'never_seen', iso: registeredAt },
        { at: 100, name: 'now', kind: undefined, iso: undefined },
      ],
      now: undefined,
    };
  const spans = spansOf(vehicle, Date.parse(lastHeartbeat), Date.parse(deadline));
  return status === 'disconnected' ? past(spans) : running(spans, now);
}

/** The times between the last heartbeat and the deadline, in milliseconds. */
interface Spans {
  last: number;
  /** Where the timeout began to count: later than the last heartbeat, where nothing could be received after it. */
  origin: number;
  due: number;
  deadline: number;
  interval: [words: string, short: string];
  grace: [words: string, short: string];
}

function spansOf({ reason }: VehicleDetail, last: number, deadline: number): Spans {
  const due = deadline - reason.graceSeconds * 1000;
  const [interval, grace] = [setting(reason.intervalSeconds), setting(reason.graceSeconds)];
  return {
    last,
    origin: Math.min(due, Math.max(last, due - reason.intervalSeconds * 1000)),
    due,
    deadline,
    interval: [`${interval} interval`, interval],
    grace: [`${grace} grace`, grace],
  };
}

/** Whether so much time lies between the last heartbeat and where the timeout counts from that it is worth a part of its own. */
const gap = ({ last, origin }: Spans) => origin - last >= 1000;

function ticksOf(spans: Spans, due: number, deadline: number): Tick[] {
  const iso = (at: number) => new Date(at).toISOString();
  const ticks: Tick[] = [{ at: 0, name: 'last heard', kind: 'connected', iso: iso(spans.last) }];
  if (spans.due < spans.deadline) ticks.push({ at: due, name: 'due', kind: 'overdue', iso: iso(spans.due) });
  return [...ticks, { at: deadline, name: 'deadline', kind: 'disconnected', iso: iso(spans.deadline) }];
}

const part = (kind: Part['kind'], from: number, to: number, [words, short]: readonly [string, string]): Part => ({
  kind,
  from,
  to,
  words,
  short,
});

const blind = ['unobserved', ''] as const;

/** Past its deadline nothing is to scale: a silence of days would leave nothing of a minute. */
function past(spans: Spans): Diagram {
  const origin = gap(spans) ? 14 : 0;
  const due = origin + 26;
  const deadline = spans.due < spans.deadline ? due + 13 : due;
  return {
    parts: [
      part('unobserved', 0, origin, blind),
      part('connected', origin, due, spans.interval),
      part('overdue', due, deadline, spans.grace),
      part('disconnected', deadline, 100, ['silent past its deadline', 'silent']),
    ].filter(({ from, to }) => from < to),
    ticks: [...ticksOf(spans, due, deadline), { at: 100, name: 'now', kind: undefined, iso: undefined }],
    now: undefined,
  };
}

function running(spans: Spans, now: number): Diagram {
  const whole = Math.max(1, spans.deadline - spans.last);
  const place = (at: number) => Math.max(0, Math.min(100, (scaled * (at - spans.last)) / whole));
  const origin = gap(spans) ? place(spans.origin) : 0;
  return {
    parts: [
      part('unobserved', 0, origin, blind),
      part('connected', origin, place(spans.due), spans.interval),
      part('overdue', place(spans.due), scaled, spans.grace),
    ].filter(({ from, to }) => from < to),
    ticks: ticksOf(spans, place(spans.due), scaled),
    now: place(now),
  };
}
