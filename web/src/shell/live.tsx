import { createContext, useContext, useSyncExternalStore } from 'react';
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
