import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { parseSearch } from '../filter/filter';
import { useSession } from '../shell/session';
import { usePageTitle } from '../shell/title';
import { LoginForm } from './LoginForm';
import { loggedIn } from './loggedIn';
import { isNobody } from './scopes';
import { within } from './within';
import './access.css';

/** Where who has no session pastes a key, and is led back to where they were. */
export function LoginPage() {
  usePageTitle('Log in');
  const search: { to?: string; ended?: string } = useSearch({ strict: false });
  const session = useSession();
  useBack(within(search.to), session.data !== undefined && !isNobody(session.data));
  return (
    <div className="page access">
      <div className="login">
        <h1>Log in</h1>
        {search.ended && <p role="status">The session has ended, or its key was revoked. Where you were is kept.</p>}
        <p>
          This Fleetbeat is closed: it wants an API key. Paste yours. The session it begins lasts 12 hours and ends with
          the key; the key itself is not kept in this browser.
        </p>
        <LoginForm done={loggedIn} />
        <p className="faint">No key? Whoever has one with the scope admin can make you one, under Keys.</p>
      </div>
    </div>
  );
}

/** Leads on as soon as who asks is somebody: here, or by a login in another tab. */
function useBack(to: string, somebody: boolean): void {
  const navigate = useNavigate();
  useEffect(() => {
    if (!somebody) return;
    const { pathname, search, hash } = new URL(to, 'http://here.invalid');
    void navigate({ to: pathname, search: parseSearch(search), hash: hash.slice(1), replace: true });
  }, [navigate, to, somebody]);
}
