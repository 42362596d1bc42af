import { follow } from './follow';
import { Hub } from './hub';
import { leaveForGood } from './leave';
import type { Change, FromHub, LiveState, Standing, ToHub } from './messages';
import { browser } from './wait';

/** The live stream as a page sees it. It is the one place that talks to it. */
export interface Stream {
  state: () => LiveState;
  /** When a lost one is tried again, in milliseconds of this browser's clock: past while it is being tried. */
  next: () => number | undefined;
  /** Calls back when the state may have changed; returns what ends that. */
  onState: (changed: () => void) => () => void;
  /** Calls back with each change, in their order; returns what ends that. */
  onChange: (heard: (change: Change) => void) => () => void;
  /** Calls back when all that was read before may be wrong: read it anew. */
  onReset: (reset: () => void) => () => void;
  /** Has it opened, where it is not: nothing is asked before, as a page of nobody would be refused. */
  hello: () => void;
  /** Stands denied without being asked: it is known that it would be refused. */
  deny: () => void;
  /** Tries again at once where contact was lost. */
  tryNow: () => void;
  /** Begins anew, in all tabs of this browser, because somebody else is asking now: after a login or a logout. */
  anew: () => void;
}

/** Sends to the hub, and calls back with what it tells. */
export type Connect = (tell: (message: FromHub) => void) => (message: ToHub) => void;

/** The stream at an address, which is opened by hello, and heard of at once where another tab has it open. */
export function openStream(url: string, connect: Connect): Stream {
  let standing: Standing = { state: 'connecting' };
  const states = new Set<() => void>();
  const changes = new Set<(change: Change) => void>();
  const resets = new Set<() => void>();
  let wanted = false;
  const stands = (now: Standing) => {
    standing = now;
    for (const each of states) each();
  };
  const send = connect((message) => {
    if (message.type === 'state') stands(message);
    else if (message.type === 'reset') for (const each of resets) each();
    else for (const each of changes) each(message.change);
  });
  const begin = () => send(wanted ? { type: 'hello', url } : { type: 'listen' });
  begin();
  globalThis.addEventListener('pagehide', () => send({ type: 'bye' }));
  globalThis.addEventListener('pageshow', (event) => event.persisted && begin()); // back from the browser's cache of pages
  return {
    state: () => standing.state,
    next: () => standing.next,
    onState: kept(states),
    onChange: kept(changes),
    onReset: kept(resets),
    hello: () => {
      wanted = true;
      begin();
    },
    deny: () => {
      wanted = false;
      stands({ state: 'denied' });
    },
    anew: () => {
      wanted = true;
      send({ type: 'anew', url });
    },
    tryNow: () => send({ type: 'now' }),
  };
}

function kept<T>(set: Set<T>) {
  return (each: T) => {
    set.add(each);
    return () => void set.delete(each);
  };
}

/** A hub shared by all tabs, or one of the page's own where the browser has no SharedWorker (Chrome on Android). */
export const connect: Connect = (tell) => {
  if (typeof SharedWorker === 'undefined') {
    const hub = new Hub((url, to, signal, hurry) => follow(url, to, signal, browser, hurry));
    return (message) => hub.hear(message, tell);
  }
  leaveForGood();
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'fleetbeat-live' });
  worker.port.onmessage = ({ data }: MessageEvent<FromHub>) => tell(data);
  return (message) => worker.port.postMessage(message);
};
