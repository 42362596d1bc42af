import { useSyncExternalStore } from 'react';

/** One clock for all that ticks on a page: many timers would paint in many moments. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

/** Calls back each second, with the time renewed, until what it returns is called. */
export function onTick(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** This browser's time in milliseconds, renewed each second. */
export function useNow(): number {
  return useSyncExternalStore(onTick, () => now);
}
