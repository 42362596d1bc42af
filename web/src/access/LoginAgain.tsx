import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import type { Session } from '../api/client';
import { Dialog } from '../parts/Dialog';
import { endedKey, hasEnded } from './ended';
import { LoginForm } from './LoginForm';
import { loggedInAgain } from './loggedIn';

/** Asks for the key again over the page of a session that has ended: what was typed there stays. */
export function LoginAgain() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const href = useLocation({ select: (at) => at.href });
  const { data: ended } = useQuery({ queryKey: endedKey, queryFn: () => hasEnded(queries), staleTime: Infinity });
  if (!ended) return null;
  const leave = () => {
    queries.setQueryData<Session>(['session'], { needed: true });
    queries.setQueryData(endedKey, false);
    void navigate({ to: '/login', search: { to: href, ended: 'yes' } });
  };
  return (
    <Dialog title="Log in again" onClose={leave}>
      <div className="access login-again">
        <p>
          The session has ended, or its key was revoked. The page below stays as it is, with all that you have typed.
        </p>
        <LoginForm done={loggedInAgain} />
      </div>
    </Dialog>
  );
}
