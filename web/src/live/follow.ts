import type { Change, FromHub } from './messages';
import { EventParser } from './sse';

/** What following needs from outside, so that tests need neither a network nor time. */
export interface Surroundings {
  fetch: typeof fetch;
  /** The moment, in milliseconds. */
  now: () => number;
  /** Resolves after so many milliseconds, or at once when the signal aborts. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The server says something at least every 15 s: after this long without a byte the connection is dead, whatever TCP says. */
const deadAfter = 40_000;
/** A machine that swallows what is sent to it would be waited for by the browser for minutes. One that restarts refuses at once. */
const unanswered = 10_000;
/**
 * The pauses before the next try: a restarted server is found again within 5 s, as the last of them is 3.75 s at the most
 * with its quarter more or less, by which a thousand browsers do not all come in the same moment.
 */
const retries = [250, 500, 1000, 2000, 3000];

/** Lets somebody who does not want to wait have the stream tried again at once. */
export class Hurry {
  #now = new AbortController();

  /** Ends the present pause, or a connection that may be dead: it is resumed after the last event. */
  now(): void {
    const was = this.#now;
    this.#now = new AbortController();
    was.abort();
  }

  /** Aborts at the next now. */
  signal(): AbortSignal {
    return this.#now.signal;
  }
}

/**
 * Follows the stream until the signal aborts: over restarts, exactly after the last event that came. It returns early where
 * the service wants a key.
 */
export async function follow(
  url: string,
  tell: (message: FromHub) => void,
  signal: AbortSignal,
  around: Surroundings,
  hurry = new Hurry(),
): Promise<void> {
  const place = { id: '' };
  let failures = 0;
  for (;;) {
    const outcome = await once(url, place, tell, signal, around, hurry);
    if (signal.aborted) return; // whoever aborts listens no more
    if (outcome === 'denied') {
      tell({ type: 'state', state: 'denied' });
      return;
    }
    if (outcome === 'beyond') {
      place.id = '';
      tell({ type: 'reset' });
      continue;
    }
    failures = outcome === 'ended' ? 0 : failures + 1;
    const pause = (retries[Math.min(failures, retries.length - 1)] ?? 3000) * (0.75 + Math.random() / 2);
    tell({ type: 'state', state: 'lost', next: around.now() + pause });
    await around.wait(pause, AbortSignal.any([signal, hurry.signal()]));
  }
}

/** How one connection ended: it was open, it never was, a key is needed, or the position lies beyond the log. */
type Outcome = 'ended' | 'failed' | 'denied' | 'beyond';

async function once(
  url: string,
  place: { id: string },
  tell: (message: FromHub) => void,
  signal: AbortSignal,
  around: Surroundings,
  hurry: Hurry,
): Promise<Outcome> {
  const stop = new AbortController();
  const answered = new AbortController();
  const impatient = hurry.signal();
  const again = () => stop.abort();
  impatient.addEventListener('abort', again);
  void around.wait(unanswered, AbortSignal.any([answered.signal, signal])).then(() => {
    if (!answered.signal.aborted) stop.abort();
  });
  const either = AbortSignal.any([signal, stop.signal]);
  let open = false;
  try {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (place.id !== '') headers['Last-Event-ID'] = place.id;
    const response = await around
      .fetch(url, { headers, signal: either, cache: 'no-store' })
      .finally(() => answered.abort());
    if (response.status === 401 || response.status === 403) return 'denied';
    if (response.status === 400 && place.id !== '') return 'beyond';
    if (!response.ok || response.body === null) return 'failed';
    open = true;
    tell({ type: 'state', state: 'open' });
    await read(response.body, place, tell, stop, around);
  } catch {
    // No connection, or one that broke: which of both is in `open`, and why does not change what is done.
  } finally {
    impatient.removeEventListener('abort', again);
    stop.abort();
  }
  return open ? 'ended' : 'failed';
}

async function read(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  place: { id: string },
  tell: (message: FromHub) => void,
  stop: AbortController,
  around: Surroundings,
): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  for (;;) {
    const quiet = new AbortController();
    const watch = around.wait(deadAfter, quiet.signal).then(() => {
      if (!quiet.signal.aborted) stop.abort();
    });
    const { done, value } = await reader.read().finally(() => quiet.abort());
    await watch;
    if (done) return;
    for (const event of parser.push(value)) {
      if (event.id !== '') place.id = event.id;
      if (event.event !== '')
        tell({
          type: 'change',
          change: { id: event.id, event: event.event, data: JSON.parse(event.data) as unknown } as Change,
        });
    }
  }
}
