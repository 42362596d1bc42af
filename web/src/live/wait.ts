import type { Surroundings } from './follow';

/** Resolves after so many milliseconds, or at once when the signal aborts. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(resolve, ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
}

/** The network and the time of a browser, of a page and of a worker alike. */
export const browser: Surroundings = { fetch: (...args) => fetch(...args), now: () => Date.now(), wait };
