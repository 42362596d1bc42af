import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import { ApiError, answered, client } from '../api/client';
import { useWorld } from '../shell/live';
import { hasEnded, isHeld, sessionQuestion } from './ended';
import { loggedInAgain } from './loggedIn';
import { isNobody } from './scopes';

/** The question who one is, asked anew. */
export function sessionNow(queries: QueryClient) {
  return queries.query({ ...sessionQuestion(queries), staleTime: 0 });
}

/**
 * Leads to the login, and back to where one was, when the service says that it wants a key: to a question (401), or to the
 * live stream. Before it does, it asks who one is: an answer may be from before the login. A session that ended leads
 * nowhere: see hasEnded.
 */
export function useDoor(): void {
  const queries = useQueryClient();
  const router = useRouter();
  const navigate = useNavigate();
  const { stream } = useWorld();
  const refused = useEffectEvent(async () => {
    if (isHeld(queries) || hasEnded(queries)) return;
    const session = await sessionNow(queries).catch(() => undefined);
    if (session === undefined || isHeld(queries)) return;
    if (!isNobody(session) && !hasEnded(queries)) return;
    // A cookie of a revoked key would go on being tried, and be counted as wrong keys from this address.
    await client.DELETE('/api/v1/session').catch(() => undefined);
    const { pathname, href } = router.state.location;
    if (pathname === '/login' || hasEnded(queries)) return;
    await navigate({ to: '/login', search: { to: href } });
  });
  const opened = useEffectEvent(async () => {
    if (!hasEnded(queries)) return; // else in another tab somebody has logged in
    const session = await answered(client.GET('/api/v1/session')).catch(() => undefined);
    if (session && !isNobody(session)) loggedInAgain(session, queries, stream);
  });
  useEffect(() => {
    let asking = false;
    const once = () => {
      if (asking) return; // a screen asks many questions, and all are refused
      asking = true;
      void refused().finally(() => {
        asking = false;
      });
    };
    const denied = () => {
      if (stream.state() === 'denied') once();
      if (stream.state() === 'open') void opened();
    };
    denied();
    const offs = [
      stream.onState(denied),
      queries.getQueryCache().subscribe((event) => {
        if (event.type === 'updated' && event.action.type === 'error' && isRefusal(event.action.error)) once();
      }),
      queries.getMutationCache().subscribe((event) => {
        if (event.type === 'updated' && event.action.type === 'error' && isRefusal(event.action.error)) once();
      }),
    ];
    return () => {
      for (const off of offs) off();
    };
  }, [queries, stream]);
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.problem.status === 401;
}
