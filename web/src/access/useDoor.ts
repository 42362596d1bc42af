import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useState } from 'react';
import { ApiError, answered, client, type Session } from '../api/client';
import { useWorld } from '../shell/live';
import { useSession } from '../shell/session';
import { hasEnded, hasLeft, heldKey, isHeld, sessionQuestion } from './ended';
import { loggedInAgain } from './loggedIn';
import { isNobody, mayRead } from './scopes';

/** The question who one is, asked anew. */
export function sessionNow(queries: QueryClient) {
  return queries.query({ ...sessionQuestion(queries), staleTime: 0 });
}

/** Whether screens are shown: not before the service has said who asks, and not to nobody, whose questions it would refuse. */
export type Door = 'asking' | 'shut' | 'open';

/**
 * Asks who one is before anything else, and leads nobody to the login: one question, and none that is refused. When the
 * service refuses later, to a question (401) or to the live stream, it is asked again who one is: an answer may be from before
 * the login. A session that ended leads nowhere: see hasEnded.
 */
export function useDoor(): Door {
  const door = useSomebody();
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  const at = useLocation({ select: ({ pathname }) => pathname });
  useRefusals();
  useEffect(() => {
    if (door !== 'shut' || at === '/login') return;
    const to = router.state.location.href;
    void navigate({ to: '/login', search: { to, ...(hasLeft(queries) && { ended: 'yes' }) } });
  }, [door, at, navigate, router, queries]);
  return door;
}

/** Who asks, as the door sees it; the live stream is opened for whom it would not be refused. */
function useSomebody(): Door {
  const queries = useQueryClient();
  const { stream } = useWorld();
  const { data, failureCount } = useSession();
  const { data: held } = useQuery({ queryKey: heldKey, queryFn: () => isHeld(queries), enabled: false });
  const [asked, setAsked] = useState(false);
  // A service that does not answer is found out about by the screens: they know how to say so.
  if (!asked && (data !== undefined || failureCount > 0)) setAsked(true);
  const refused = asked && data !== undefined && !mayRead(data);
  useEffect(() => {
    if (refused) stream.deny();
    else if (asked) stream.hello();
  }, [asked, refused, stream]);
  if (!asked) return 'asking';
  return data !== undefined && isNobody(data) && held !== true ? 'shut' : 'open';
}

function useRefusals(): void {
  const queries = useQueryClient();
  const { stream } = useWorld();
  const refused = useEffectEvent(async () => {
    if (isHeld(queries) || hasEnded(queries)) return;
    await sessionNow(queries).catch(() => undefined);
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
      const known = queries.getQueryData<Session>(['session']);
      if (stream.state() === 'denied' && (known === undefined || mayRead(known))) once();
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
