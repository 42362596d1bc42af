import type { RegistryChange, Transition } from '../api/client';

/** Something that happened, as pages hear of it. */
export type Change =
  | { id: string; event: 'connected' | 'disconnected'; data: Transition }
  | { id: string; event: 'registry'; data: RegistryChange };

/**
 * How the stream stands: `connecting` until it was open once, `open`, `lost` while it is tried again, `denied` where a key is
 * needed: it is then not tried again before a page says hello anew.
 */
export type LiveState = 'connecting' | 'open' | 'lost' | 'denied';

/**
 * How the stream stands; `next` is when it is tried again, in milliseconds of this machine's clock: past while it is
 * being tried. */
export interface Standing {
  state: LiveState;
  next?: number;
}

/** What pages are told. After `reset` all that was known may be wrong: the log was put back to an earlier moment. */
export type FromHub = ({ type: 'state' } & Standing) | { type: 'change'; change: Change } | { type: 'reset' };

/** What pages say: listen to be told of what others have opened, hello with the address of the stream, anew when somebody else is asking now, now to have it tried again at once, bye when they go. */
export type ToHub = { type: 'listen' } | { type: 'hello' | 'anew'; url: string } | { type: 'now' } | { type: 'bye' };
