import { Hurry } from './follow';
import type { FromHub, Standing, ToHub } from './messages';

/** A page as the hub sees it: a MessagePort, or the page itself where there is no SharedWorker. */
export type Listener = (message: FromHub) => void;

/** Follows the stream until the signal aborts; see follow. */
export type Follow = (url: string, tell: Listener, signal: AbortSignal, hurry: Hurry) => Promise<void>;

/**
 * Holds the browser's one connection to the stream and hands what comes to all pages. Over HTTP/1.1 a browser opens six
 * connections to a server: with one a page, the seventh tab would hang. It is open as long as somebody listens.
 */
export class Hub {
  readonly #follow: Follow;
  readonly #listeners = new Set<Listener>();
  readonly #hurry = new Hurry();
  #standing: Standing = { state: 'connecting' };
  #stop: AbortController | undefined;

  constructor(follow: Follow) {
    this.#follow = follow;
  }

  /** Takes what a page said. */
  hear(message: ToHub, from: Listener): void {
    if (message.type === 'bye') {
      this.#listeners.delete(from);
      if (this.#listeners.size === 0) this.#end();
      return;
    }
    if (message.type === 'now') {
      this.#hurry.now();
      return;
    }
    this.#listeners.add(from);
    if (message.type === 'listen') {
      if (this.#stop !== undefined) from({ type: 'state', ...this.#standing });
      return;
    }
    if (message.type === 'anew') {
      // What the connection tells is for whoever it was opened for: all pages begin anew as who it is now.
      this.#end();
      this.#tell({ type: 'reset' });
    }
    if (this.#stop === undefined) this.#begin(message.url);
    else from({ type: 'state', ...this.#standing });
  }

  #begin(url: string): void {
    const stop = new AbortController();
    this.#stop = stop;
    this.#tell({ type: 'state', state: 'connecting' });
    const over = () => {
      if (this.#stop === stop) this.#stop = undefined; // the next hello begins anew
    };
    const tell: Listener = (message) => {
      if (this.#stop === stop) this.#tell(message); // one that was ended may still have something on its way
    };
    void this.#follow(url, tell, stop.signal, this.#hurry).then(over, over);
  }

  #end(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#standing = { state: 'connecting' };
  }

  #tell(message: FromHub): void {
    if (message.type === 'state') {
      const { state, next } = message;
      this.#standing = { state, ...(next !== undefined && { next }) };
    }
    for (const listener of this.#listeners) listener(message);
  }
}
