import type { Stream } from './stream';

/** A lost stream is found again within 5 s of a restart: so long nobody needs to be alarmed. */
const patience = 5000;
/** With an open stream the service is there, unless it answers nothing that it is asked: it may be the network between. */
const unanswered = 10_000;

/** Knows since when the service is silent, which is another thing than how old its data is. Moments are this browser's milliseconds. */
export interface Contact {
  /** A question was asked. */
  asked: () => void;
  /** The service answered something, a refusal too. */
  heard: () => void;
  /** Nobody looked until now: a tab in the background asks nothing, so what it asked before tells nothing either. */
  looked: () => void;
  /** When something was heard last: the start of the page before there was an answer. */
  last: () => number;
  /** Whether the service is gone. */
  gone: () => boolean;
  /** Calls back when the service is heard; returns what ends that. */
  onHeard: (heard: () => void) => () => void;
}

/** Makes a Contact with a clock, in milliseconds. */
export function newContact(now: () => number, stream: Pick<Stream, 'state' | 'onState' | 'onChange'>): Contact {
  let last = now();
  let waiting: number | undefined;
  let was = stream.state();
  const listeners = new Set<() => void>();
  const heard = () => {
    last = now();
    waiting = undefined;
    for (const each of listeners) each();
  };
  stream.onChange(heard);
  stream.onState(() => {
    const is = stream.state();
    if (is === 'open') heard();
    // It stood until now, and patience begins here; unless questions were not answered before.
    else if (was === 'open') last = waiting ?? now();
    was = is;
  });
  return {
    asked: () => {
      waiting ??= now();
    },
    heard,
    looked: () => {
      waiting = undefined;
    },
    last: () => last,
    gone: () => {
      const state = stream.state();
      if (state === 'denied') return false;
      if (state !== 'open') return now() - last > patience;
      return waiting !== undefined && now() - waiting > unanswered;
    },
    onHeard: (each) => {
      listeners.add(each);
      return () => void listeners.delete(each);
    },
  };
}
