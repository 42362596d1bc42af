import { describe, expect, it, vi } from 'vitest';
import { follow, Hurry, type Surroundings } from './follow';
import { newFreshness } from './freshness';
import { type Follow, Hub } from './hub';
import type { Change, FromHub, ToHub } from './messages';
import { EventParser } from './sse';
import { openStream } from './stream';

const event = (id: string, name = 'connected') => `id: ${id}\nevent: ${name}\ndata: {"vin":"V${id}"}\n\n`;
const body = (...pieces: string[]) => new Response(pieces.join(''), { status: 200 });

describe('the parser of events', () => {
  it('gives the same whatever the pieces', () => {
    const text = `: hello\n${event('1')}id: 2\n\n${event('3', 'registry').replaceAll('\n', '\r\n')}`;
    const whole = new EventParser().push(text);
    expect(whole.map(({ id, event }) => [id, event])).toEqual([
      ['1', 'connected'],
      ['2', ''],
      ['3', 'registry'],
    ]);
    const byOne = new EventParser();
    expect(text.split('').flatMap((piece) => byOne.push(piece))).toEqual(whole);
  });
});

/** Follows against scripted answers until they are used up, and returns what was told and asked. */
async function followed(...answers: (() => Response)[]) {
  const stop = new AbortController();
  const told: FromHub[] = [];
  const positions: (string | null)[] = [];
  const pauses: number[] = [];
  const around: Surroundings = {
    fetch: (_, init) => {
      positions.push(new Headers(init?.headers).get('Last-Event-ID'));
      const answer = answers.shift();
      if (answer === undefined) {
        stop.abort();
        return Promise.reject(new TypeError('no more answers'));
      }
      return Promise.resolve(answer());
    },
    now: () => 0,
    wait: (ms, signal) => {
      if (ms < 10_000) {
        pauses.push(ms);
        return Promise.resolve();
      }
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  };
  await follow('/changes', (message) => told.push(message), stop.signal, around);
  const ids = told.flatMap((each) => (each.type === 'change' ? [each.change.id] : []));
  const states = told.flatMap((each) =>
    (each.type === 'state' ? [each.state] : [each.type === 'reset' ? 'reset' : '']).filter(Boolean),
  );
  return { ids, states, positions, pauses };
}

describe('following the stream', () => {
  it('resumes exactly after the last event, also one of an id alone', async () => {
    const { ids, positions } = await followed(
      () => body('id: 0\n\n', event('1'), event('2')),
      () => body(event('3'), 'id: 7\n\n'),
    );
    expect(ids).toEqual(['1', '2', '3']);
    expect(positions).toEqual([null, '2', '7']);
  });

  it('keeps its place while the server refuses, and has tried again within 5 s each time', async () => {
    const refused = () => new Response('', { status: 503 });
    const { states, positions, pauses } = await followed(
      () => body(event('1')),
      ...Array.from({ length: 9 }, () => refused),
    );
    expect(states.slice(0, 2)).toEqual(['open', 'lost']);
    expect(positions.at(-1)).toBe('1');
    expect(Math.max(...pauses)).toBeLessThan(5000);
    expect(pauses[0]).toBeLessThan(500);
  });

  it('begins anew where the log was put back, and says so', async () => {
    const { states, positions } = await followed(
      () => body(event('9')),
      () => new Response('', { status: 400 }),
      () => body(),
    );
    expect(states.slice(0, 4)).toEqual(['open', 'lost', 'reset', 'open']);
    expect(positions[2]).toBeNull();
  });

  it('stops where a key is needed', async () => {
    const { states, positions } = await followed(
      () => new Response('', { status: 401 }),
      () => body(event('1')),
    );
    expect(states).toEqual(['denied']);
    expect(positions).toHaveLength(1);
  });
});

describe('waiting for the next try', () => {
  /** Follows a server that nobody answers for, until it was asked so many times; pauses end by a now alone. */
  function waiting(fetch: (times: number, signal: AbortSignal) => Promise<Response>) {
    const stop = new AbortController();
    const hurry = new Hurry();
    const told: FromHub[] = [];
    let times = 0;
    const pauses: { ms: number; end: () => void }[] = [];
    const around: Surroundings = {
      now: () => 1000,
      fetch: (_, init) => fetch(++times, init?.signal ?? stop.signal),
      wait: (ms, signal) =>
        new Promise((resolve) => {
          pauses.push({ ms, end: resolve });
          signal.addEventListener('abort', () => resolve());
        }),
    };
    void follow('/changes', (message) => told.push(message), stop.signal, around, hurry);
    return { hurry, told, pauses, asked: () => times };
  }
  const refuses = () => Promise.reject(new TypeError('refused'));

  it('says when that is', async () => {
    const { told } = waiting(refuses);
    await vi.waitFor(() => expect(told).toHaveLength(1));
    const [lost] = told;
    expect(lost).toMatchObject({ type: 'state', state: 'lost' });
    expect(lost?.type === 'state' && lost.next).toBeGreaterThanOrEqual(1000 + 375);
    expect(lost?.type === 'state' && lost.next).toBeLessThanOrEqual(1000 + 625);
  });

  it('ends where somebody wants it now', async () => {
    const { hurry, told, asked } = waiting(refuses);
    await vi.waitFor(() => expect(told).toHaveLength(1));
    hurry.now();
    await vi.waitFor(() => expect(asked()).toBe(2));
  });

  it('is not for minutes where nobody answers, and now begins another', async () => {
    const hangs = (_: number, signal: AbortSignal) =>
      new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(new TypeError('aborted'))));
    const { hurry, told, pauses, asked } = waiting(hangs);
    expect(pauses.map(({ ms }) => ms)).toEqual([10_000]);
    pauses[0]?.end();
    await vi.waitFor(() => expect(told).toHaveLength(1));
    hurry.now(); // ends the pause
    await vi.waitFor(() => expect(asked()).toBe(2));
    hurry.now(); // ends the try
    await vi.waitFor(() => expect(told).toHaveLength(2));
  });
});

describe('the hub', () => {
  function hub() {
    const runs: { url: string; tell: (message: FromHub) => void; signal: AbortSignal; hurry: Hurry }[] = [];
    const made = new Hub((url, tell, signal, hurry) => {
      runs.push({ url, tell, signal, hurry });
      return new Promise(() => undefined);
    });
    return { made, runs };
  }

  it('has one connection for all pages, and tells who comes late how things stand', () => {
    const { made, runs } = hub();
    const [one, two] = [vi.fn(), vi.fn()];
    made.hear({ type: 'hello', url: '/c' }, one);
    runs[0]?.tell({ type: 'state', state: 'open' });
    made.hear({ type: 'hello', url: '/c' }, two);
    expect(runs).toHaveLength(1);
    expect(two).toHaveBeenLastCalledWith({ type: 'state', state: 'open' });
  });

  it('tells who comes late when a lost connection is tried again, and hands on that somebody wants it now', () => {
    const { made, runs } = hub();
    const [one, two] = [vi.fn(), vi.fn()];
    made.hear({ type: 'hello', url: '/c' }, one);
    runs[0]?.tell({ type: 'state', state: 'lost', next: 7 });
    made.hear({ type: 'hello', url: '/c' }, two);
    expect(two).toHaveBeenLastCalledWith({ type: 'state', state: 'lost', next: 7 });
    const wanted = runs[0]?.hurry.signal();
    made.hear({ type: 'now' }, two);
    expect(wanted?.aborted).toBe(true);
    runs[0]?.tell({ type: 'state', state: 'open' });
    made.hear({ type: 'hello', url: '/c' }, two);
    expect(two).toHaveBeenLastCalledWith({ type: 'state', state: 'open' });
  });

  it('closes the connection when the last page has gone, and opens another for the next', () => {
    const { made, runs } = hub();
    const one = vi.fn();
    made.hear({ type: 'hello', url: '/c' }, one);
    made.hear({ type: 'bye' }, one);
    expect(runs[0]?.signal.aborted).toBe(true);
    made.hear({ type: 'hello', url: '/c' }, one);
    expect(runs).toHaveLength(2);
  });
});

describe('a page that only listens', () => {
  it('opens nothing, and hears what others have opened', () => {
    const follow = vi.fn<Follow>(() => new Promise(() => undefined));
    const made = new Hub(follow);
    const [one, two, three] = [vi.fn(), vi.fn(), vi.fn()];
    made.hear({ type: 'listen' }, one);
    expect(follow).not.toHaveBeenCalled();
    expect(one).not.toHaveBeenCalled();
    made.hear({ type: 'anew', url: '/c' }, two);
    expect(one.mock.calls.flat()).toEqual([{ type: 'reset' }, { type: 'state', state: 'connecting' }]);
    made.hear({ type: 'listen' }, three);
    expect(three).toHaveBeenCalledExactlyOnceWith({ type: 'state', state: 'connecting' });
    expect(follow).toHaveBeenCalledOnce();
  });
});

describe('the stream of a page', () => {
  it('hands on changes, states and resets until nobody listens', () => {
    const sent: ToHub[] = [];
    let tell: (message: FromHub) => void = () => undefined;
    const stream = openStream('/c', (given) => {
      tell = given;
      return (message) => sent.push(message);
    });
    const [state, change, reset] = [vi.fn(), vi.fn(), vi.fn()];
    stream.onState(state);
    stream.onReset(reset);
    const off = stream.onChange(change);
    tell({ type: 'state', state: 'lost', next: 9 });
    expect([stream.state(), stream.next()]).toEqual(['lost', 9]);
    tell({ type: 'state', state: 'open' });
    expect(stream.next()).toBeUndefined();
    tell({ type: 'reset' });
    tell({ type: 'change', change: { id: '1' } as Change });
    off();
    tell({ type: 'change', change: { id: '2' } as Change });
    expect(stream.state()).toBe('open');
    expect([state, reset, change].map((each) => each.mock.calls.length)).toEqual([2, 1, 1]);
    stream.hello();
    stream.tryNow();
    globalThis.dispatchEvent(new Event('pagehide'));
    expect(sent).toEqual([{ type: 'listen' }, { type: 'hello', url: '/c' }, { type: 'now' }, { type: 'bye' }]);
  });

  it('stands denied without asking, until somebody is there', () => {
    const sent: ToHub[] = [];
    const stream = openStream('/c', () => (message) => sent.push(message));
    const state = vi.fn();
    stream.onState(state);
    stream.deny();
    expect([stream.state(), state.mock.calls.length]).toEqual(['denied', 1]);
    globalThis.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    expect(sent).toEqual([{ type: 'listen' }, { type: 'listen' }]);
    stream.anew();
    globalThis.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    expect(sent.slice(2)).toEqual([
      { type: 'anew', url: '/c' },
      { type: 'hello', url: '/c' },
    ]);
  });
});

describe('the age of data', () => {
  it('is that of the newest answer, whichever came last', () => {
    let now = 1000;
    const freshness = newFreshness(() => now);
    expect(freshness.newest()).toBeUndefined();
    freshness.saw({ asOf: 'b', lagMs: 100 });
    now = 1050;
    freshness.saw({ asOf: 'a', lagMs: 600 });
    expect(freshness.newest()).toEqual({ asOf: 'b', at: 900, lagMs: 100 });
  });
});
