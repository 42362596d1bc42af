import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
import type { Freshness } from '../live/freshness';
import type { LiveState } from '../live/messages';
import type { Stream } from '../live/stream';

/** What every screen has of the world outside; tests give their own. */
export interface World {
  stream: Stream;
  freshness: Freshness;
}

const Context = createContext<World | undefined>(undefined);

export const WorldProvider = Context.Provider;

/** The world of this page. */
export function useWorld(): World {
  const world = useContext(Context);
  if (world === undefined) throw new Error('a screen outside of WorldProvider');
  return world;
}

/** How the stream stands. */
export function useLiveState(): LiveState {
  const { stream } = useWorld();
  return useSyncExternalStore(stream.onState, stream.state);
}

/** How often what is on screen is read anew where the stream tells nothing: last heartbeats are in no event. */
export const liveEvery = 2000;
/** Changes come in bursts: for so long after one, others wait for the same answer. */
const burst = 300;

/** Reads all whose query key begins with 'live' anew soon after something has changed, and when contact is back. */
export function useReadAnew(): void {
  const { stream } = useWorld();
  const queries = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let was = stream.state();
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ queryKey: ['live'] });
      }, burst);
    };
    const offChange = stream.onChange(soon);
    const offState = stream.onState(() => {
      const is = stream.state();
      if (is === 'open' && was === 'lost') soon();
      was = is;
    });
    return () => {
      offChange();
      offState();
      clearTimeout(timer);
    };
  }, [stream, queries]);
}
