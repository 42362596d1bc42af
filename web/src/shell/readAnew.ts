import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ApiError } from '../api/client';
import type { Contact } from '../live/contact';
import { fleetKey } from './fleet';
import { useWorld } from './live';

/**
 * The first change of a burst is read at once, and whatever came since this long after: at the most one reading in the time. The first
 * one has a second too, as another view than that of the changes may be a moment behind it.
 */
const burst = 300;
/** A tab that nobody looks at reads but the fleet's count, which its title carries, once and this long after a change. */
const hiddenBurst = 2000;
/** A fleet that changes all the time keeps the server busy for a third of the time of each tab at the most. */
const rest = 2;

/** Reads all whose query key begins with 'live' anew soon after something has changed, and when contact is back. */
export function useReadAnew(): void {
  const { stream, contact } = useWorld();
  const queries = useQueryClient();
  useEffect(() => {
    const reading = newReading(queries);
    let was = stream.state();
    const offs = [
      stream.onChange(reading.soon),
      stream.onState(() => {
        const is = stream.state();
        if (is === 'open' && was === 'lost') reading.back();
        was = is;
      }),
      listen(queries, contact),
      reading.stop,
    ];
    return () => {
      for (const off of offs) off();
    };
  }, [stream, contact, queries]);
}

function newReading(queries: QueryClient) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false; // a reading is under way, or the rest after it
  let again = false;
  let turn = 0; // only the newest reading rests: what is back, or left, begins another
  const restFor = (ms: number) => {
    busy = true;
    timer = setTimeout(() => {
      busy = false;
      if (again) read();
    }, ms);
  };
  const read = () => {
    const mine = ++turn;
    const began = Date.now();
    const whole = document.visibilityState === 'visible';
    busy = true;
    again = false;
    // What is not read now is stale, and read when somebody looks.
    if (!whole) void queries.invalidateQueries({ queryKey: ['live'], refetchType: 'none' });
    const reading = queries.invalidateQueries({ queryKey: whole ? ['live'] : fleetKey });
    void reading.finally(() => {
      if (mine === turn) restFor(Math.max(whole ? burst : hiddenBurst, rest * (Date.now() - began)));
    });
  };
  return {
    soon: () => {
      if (!busy && document.visibilityState === 'visible') read();
      else if (!busy) restFor(hiddenBurst);
      again = true;
    },
    /** At once, with all that had failed meanwhile. */
    back: () => {
      clearTimeout(timer);
      read();
      void queries.refetchQueries({
        type: 'active',
        predicate: ({ queryKey, state }) =>
          queryKey[0] !== 'live' && (state.status === 'error' || state.fetchFailureCount > 0),
      });
    },
    stop: () => {
      turn++;
      clearTimeout(timer);
    },
  };
}

/** Whatever a screen asks tells whether the service is there. A gateway in front that finds nobody is no answer of the service's. */
function listen(queries: QueryClient, contact: Contact): () => void {
  const gateway = (error: unknown) => error instanceof ApiError && [502, 504].includes(error.problem.status);
  const looked = () => contact.looked();
  document.addEventListener('visibilitychange', looked);
  const off = queries.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated') return;
    const { action } = event;
    if (action.type === 'fetch') contact.asked();
    else if (action.type === 'success' && action.manual !== true) contact.heard();
    else if (action.type === 'error' && action.error instanceof ApiError && !gateway(action.error)) contact.heard();
  });
  return () => {
    document.removeEventListener('visibilitychange', looked);
    off();
  };
}
