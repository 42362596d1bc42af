import type { TransitionList } from '../api/client';
import type { Change } from '../live/messages';
import type { Stream } from '../live/stream';
import type { Happened } from './feed';
import { asking, hearing, type Joined, listing, resetting, unjoined } from './joined';

/** The feed as a page sees it. */
export interface FeedState extends Joined {
  phase: 'loading' | 'ready' | 'failed';
  /** Why the list did not come. */
  error: Error | undefined;
}

/** What the feed is made of; tests give their own. */
export interface Sources {
  stream: Stream;
  /** Asks for the last changes. */
  ask: () => Promise<TransitionList>;
  /** Which changes are looked at. */
  matches: (change: Happened) => boolean;
}

/** How many changes are asked for: the most that the service gives. */
export const listed = 200;
/** Changes are shown so often at most: nobody reads faster, and a burst would keep the page busy. */
export const flushEvery = 250;
/** So many may wait for that: a tab in the background has its timers slowed down. */
const flushAbove = 2000;
/** Without a stream the list is asked for so often. */
export const pollEvery = 5000;

/** Follows the changes that match, from the last ones on, over lost connections, without a gap or a double. */
export class FeedStore {
  readonly #sources: Sources;
  readonly #listeners = new Set<() => void>();
  #state: FeedState = { ...unjoined, phase: 'loading', error: undefined };
  #heard: Happened[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the stream goes on exactly where what is known ends: after the next opening it does, a lost one resumes. */
  #joined = false;
  /** Answers to earlier questions than this one come too late. */
  #question = 0;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  readonly state = (): FeedState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Begins to follow; what it returns ends that. */
  readonly follow = (): (() => void) => {
    const { stream } = this.#sources;
    const leave = () => {
      this.#joined = false; // the browser keeps the page aside, and the stream goes on without it
    };
    globalThis.addEventListener('pagehide', leave);
    const poll = setInterval(() => !this.#joined && this.again(), pollEvery);
    const offs = [
      stream.onChange((change) => this.#hear(change)),
      stream.onState(() => this.#stands()),
      stream.onReset(() => this.#reset()),
      () => clearInterval(poll),
      () => globalThis.removeEventListener('pagehide', leave),
    ];
    this.#joined = stream.state() === 'open';
    this.again();
    return () => {
      for (const off of offs) off();
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#question++;
    };
  };

  /** Asks for the last changes again. */
  readonly again = (): void => {
    const question = ++this.#question;
    this.#flush();
    this.#set(asking(this.#state));
    this.#sources.ask().then(
      (list) => {
        if (question !== this.#question) return;
        this.#flush();
        const items = list.items.filter(this.#sources.matches);
        const joined = listing(this.#state, items, list.items.length >= listed);
        this.#set({ ...joined, phase: 'ready', error: undefined });
      },
      (error: unknown) => {
        if (question !== this.#question) return;
        const phase = this.#state.phase === 'ready' ? 'ready' : 'failed';
        this.#set({ phase, error: error instanceof Error ? error : new Error(String(error)) });
      },
    );
  };

  #hear(change: Change): void {
    if (change.event === 'registry') return;
    const happened: Happened = { ...change.data, position: change.id, status: change.event };
    if (!this.#sources.matches(happened)) return;
    this.#heard.push(happened);
    if (this.#heard.length >= flushAbove) this.#flush();
    this.#timer ??= setTimeout(() => this.#flush(), flushEvery);
  }

  #stands(): void {
    const state = this.#sources.stream.state();
    if (state === 'open') {
      if (!this.#joined) this.again();
      this.#joined = true;
    } else if (state !== 'lost') this.#joined = false;
  }

  #reset(): void {
    this.#heard = [];
    this.#set({ ...resetting(this.#state), phase: 'loading', error: undefined });
    this.#joined = false; // the stream begins anew, and the next opening asks for the list
    this.again();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#heard.length === 0) return;
    const heard = this.#heard;
    this.#heard = [];
    this.#set(hearing(this.#state, heard));
  }

  #set(part: Partial<FeedState>): void {
    this.#state = { ...this.#state, ...part };
    for (const each of this.#listeners) each();
  }
}
