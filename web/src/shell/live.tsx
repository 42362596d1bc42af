import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import type { Contact } from '../live/contact';
import type { Freshness } from '../live/freshness';
import type { LiveState } from '../live/messages';
import type { Stream } from '../live/stream';
import { onTick } from './clock';

/** What every screen has of the world outside; tests give their own. */
export interface World {
  stream: Stream;
  freshness: Freshness;
  contact: Contact;
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

/**
 * Whether the server is gone: no contact for 5 s. What is on screen stays then; what would ask the server for something that
 * cannot wait, an export or an edit, is disabled.
 */
export function useGone(): boolean {
  const { stream, contact } = useWorld();
  const subscribe = useCallback(
    (changed: () => void) => {
      const offs = [onTick(changed), stream.onState(changed), contact.onHeard(changed)];
      return () => {
        for (const off of offs) off();
      };
    },
    [stream, contact],
  );
  return useSyncExternalStore(subscribe, contact.gone);
}

/** How often what is on screen is read anew where the stream tells nothing: last heartbeats are in no event. */
export const liveEvery = 2000;
/** How often numbers are read anew: the stream tells of each change, but silence grows past the steps of a filter by itself. */
export const numbersEvery = 5000;
