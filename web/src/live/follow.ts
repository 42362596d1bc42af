import type { Change, FromHub } from './messages';
import { EventParser } from './sse';

/** What following needs from outside, so that tests need neither a network nor time. */
export interface Surroundings {
  fetch: typeof fetch;
  /** Resolves after so many milliseconds, or at once when the signal aborts. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The server says something at least every 15 s: after this long without a byte the connection is dead, whatever TCP says. */
const deadAfter = 40_000;
/** A restarted server is found again within 5 s, and a thousand browsers do not all come in the same moment. */
const retries = [250, 500, 1000, 2000, 3000];

/**
 * Follows the stream until the signal aborts: over restarts, exactly after the last event that came. It returns early where
 * the service wants a key.
 */
export async function follow(
  url: string,
  tell: (message: FromHub) => void,
  signal: AbortSignal,
  around: Surroundings,
): Promise<void> {
  const place = { id: '' };
  let failures = 0;
  for (;;) {
    const outcome = await once(url, place, tell, signal, around);
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
    tell({ type: 'state', state: 'lost' });
    const pause = retries[Math.min(failures, retries.length - 1)] ?? 3000;
    await around.wait(pause * (0.75 + Math.random() / 2), signal);
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
): Promise<Outcome> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let open = false;
  try {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (place.id !== '') headers['Last-Event-ID'] = place.id;
    const response = await around.fetch(url, { headers, signal: either, cache: 'no-store' });
    if (response.status === 401 || response.status === 403) return 'denied';
    if (response.status === 400 && place.id !== '') return 'beyond';
    if (!response.ok || response.body === null) return 'failed';
    open = true;
    tell({ type: 'state', state: 'open' });
    await read(response.body, place, tell, stop, around);
  } catch {
    // No connection, or one that broke: which of both is in `open`, and why does not change what is done.
  } finally {
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
