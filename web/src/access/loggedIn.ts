import type { QueryClient } from '@tanstack/react-query';
import { answered, client, type Session } from '../api/client';
import type { Stream } from '../live/stream';

/** Begins anew as somebody else: what was read before may be more than they may see, or less. */
export function loggedIn(session: Session, queries: QueryClient, stream: Stream): void {
  stream.anew();
  queries.setQueryData(['session'], session);
  void queries.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
}

/** Logs out: in all tabs of this browser, which lead to the login then. */
export async function logOut(queries: QueryClient, stream: Stream): Promise<void> {
  loggedIn(await answered(client.DELETE('/api/v1/session')), queries, stream);
}
