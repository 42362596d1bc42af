import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Dialog } from '../parts/Dialog';
import { endedKey, hasEnded, leave } from './ended';
import { LoginForm } from './LoginForm';
import { loggedInAgain } from './loggedIn';

/** Asks for the key again over the page of a session that has ended: what was typed there stays. */
export function LoginAgain() {
  const queries = useQueryClient();
  const { data: ended } = useQuery({ queryKey: endedKey, queryFn: () => hasEnded(queries), staleTime: Infinity });
  if (ended !== true) return null;
  return (
    <Dialog title="Log in again" onClose={() => leave(queries)}>
      <div className="access login-again">
        <p>
          The session has ended, or its key was revoked. The page below stays as it is, with all that you have typed.
        </p>
        <LoginForm done={loggedInAgain} />
      </div>
    </Dialog>
  );
}
