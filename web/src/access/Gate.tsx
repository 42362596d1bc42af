import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMatches } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { answered, client, type Session } from '../api/client';
import { Coming } from '../shell/Broken';
import { useWorld } from '../shell/live';
import { useSession } from '../shell/session';
import { LoginAgain } from './LoginAgain';
import { logOut } from './loggedIn';
import { isNobody, mayRead } from './scopes';
import { useDoor } from './useDoor';
import './access.css';

/** Lets through who may read; leads nobody to the login, and says so to whom the key does not permit it. */
export function Gate({ children }: { children: ReactNode }) {
  const door = useDoor();
  const { data } = useSession();
  // What is shown, not what the address says: while the login's code is loaded the screen before it would still ask.
  const login = useMatches({ select: (matches) => matches.some(({ routeId }) => routeId === '/login') });
  if (!login && door !== 'open') return <Coming />;
  if (!login && data && !isNobody(data) && !mayRead(data)) return <MayNotRead session={data} />;
  return (
    <>
      {children}
      <LoginAgain />
    </>
  );
}

function MayNotRead({ session }: { session: Session }) {
  const queries = useQueryClient();
  const { stream } = useWorld();
  // Only the service knows its own words for it: they come with a refusal.
  const { error } = useQuery({
    queryKey: ['access', 'refusal'],
    queryFn: ({ signal }) => answered(client.GET('/api/v1/settings', { signal })),
  });
  return (
    <div className="page access">
      <div className="login">
        <h1>This key sees nothing</h1>
        <p>
          You are logged in with the key <b>{session.name}</b>. {error && `The server says: ${error.message}.`}
        </p>
        <button type="button" className="button primary" onClick={() => void logOut(queries, stream)}>
          Log out, and in with another key
        </button>
      </div>
    </div>
  );
}
