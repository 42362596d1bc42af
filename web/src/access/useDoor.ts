import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import { ApiError, answered, client, type Session } from '../api/client';
import { useWorld } from '../shell/live';
import { isNobody } from './scopes';

const held = ['access', 'held'];

/** Keeps the page where it is, whoever is refused, until it is let go: it shows what could not be shown again. */
export function holdPage(queries: QueryClient, hold: boolean): void {
  queries.setQueryData(held, hold);
}

/** The question who one is, asked anew. */
export function sessionNow(queries: QueryClient) {
  return queries.query({
    queryKey: ['session'],
    queryFn: ({ signal }) => answered(client.GET('/api/v1/session', { signal })),
    staleTime: 0,
  });
}

/**
 * Leads to the login, and back to where one was, when the service says that it wants a key: to a question (401), or to the
 * live stream. Before it does, it asks who one is: an answer may be from before the login.
 */
export function useDoor(): void {
  const queries = useQueryClient();
  const router = useRouter();
  const navigate = useNavigate();
  const { stream } = useWorld();
  const refused = useEffectEvent(async () => {
    if (queries.getQueryData(held)) return;
    const was = queries.getQueryData<Session>(['session']);
    const session = await sessionNow(queries).catch(() => undefined);
    if (session === undefined || !isNobody(session) || queries.getQueryData(held)) return;
    const { pathname, href } = router.state.location;
    if (pathname === '/login') return;
    // A cookie of a revoked key would go on being tried, and be counted as wrong keys from this address.
    await client.DELETE('/api/v1/session').catch(() => undefined);
    await navigate({ to: '/login', search: { to: href, ...(was && !isNobody(was) && { ended: 'yes' }) } });
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
