import type { QueryClient } from '@tanstack/react-query';
import { answered, client, type Session } from '../api/client';
import type { Stream } from '../live/stream';
import { endedKey } from './ended';

/** Begins anew as somebody else: what was read before may be more than they may see, or less. */
export function loggedIn(session: Session, queries: QueryClient, stream: Stream): void {
  stream.anew();
  queries.setQueryData(['session'], session);
  void queries.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
}

/** Goes on where a session had ended: with the same key all stays as it was and is read anew, with another all begins anew. */
export function loggedInAgain(session: Session, queries: QueryClient, stream: Stream): void {
  const was = queries.getQueryData<Session>(['session']);
  queries.setQueryData(endedKey, false);
  if (was?.keyId !== session.keyId) {
    loggedIn(session, queries, stream);
    return;
  }
  stream.hello();
  queries.setQueryData(['session'], session);
  void queries.invalidateQueries({ predicate: ({ queryKey }) => !['session', 'access'].includes(String(queryKey[0])) });
}

/** Logs out: in all tabs of this browser, which lead to the login then. */
export async function logOut(queries: QueryClient, stream: Stream): Promise<void> {
  loggedIn(await answered(client.DELETE('/api/v1/session')), queries, stream);
}
