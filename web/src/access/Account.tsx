import { IconKey } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState } from 'react';
import { answered, client, type Session } from '../api/client';
import { useWorld } from '../shell/live';
import { useSession } from '../shell/session';
import { useTime } from '../shell/time';
import { logOut } from './loggedIn';
import { isNobody, permits } from './scopes';
import './access.css';

/** Who one is and what one may do, with the way to the keys and out. Nothing before one is somebody. */
export function Account() {
  const { data } = useSession();
  const [open, setOpen] = useState(false);
  const panel = useId();
  const root = useRef<HTMLDivElement>(null);
  useClosing(root, open, () => setOpen(false));
  if (data === undefined || isNobody(data)) return null;
  const name = data.needed ? (data.name ?? '') : 'Open to everybody';
  return (
    <div ref={root} className="account">
      <button
        type="button"
        className="icon-button"
        aria-label={`Access: ${name}`}
        title={name}
        aria-expanded={open}
        aria-controls={open ? panel : undefined}
        onClick={() => setOpen(!open)}
      >
        <IconKey size={18} stroke={1.5} />
      </button>
      {open && (
        <div id={panel} className="account-panel">
          {data.needed ? <Somebody session={data} /> : <Everybody />}
          {permits(data.scopes, 'admin') && (
            <Link to="/keys" className="link" onClick={() => setOpen(false)}>
              {data.needed ? 'Keys' : 'Keys: make the first one'}
            </Link>
          )}
          {data.needed && <LogOut />}
        </div>
      )}
    </div>
  );
}

function Everybody() {
  return <p>No key is needed here: everybody who can open this page may do everything.</p>;
}

function Somebody({ session }: { session: Session }) {
  const time = useTime();
  const { customerId, expiresAt } = session;
  const { data: customer } = useQuery({
    queryKey: ['customer', customerId],
    queryFn: ({ signal }) =>
      answered(client.GET('/api/v1/customers/{id}', { params: { path: { id: customerId ?? '' } }, signal })),
    enabled: customerId !== undefined && permits(session.scopes, 'read'),
  });
  return (
    <>
      <p className="account-name">{session.name}</p>
      <dl>
        <dt>May</dt>
        <dd>{session.scopes?.includes('admin') ? 'admin: everything' : session.scopes?.join(', ')}</dd>
        {customerId && (
          <>
            <dt>Bound to</dt>
            <dd>{customer?.name ?? customerId}, and sees nothing of others</dd>
          </>
        )}
        {expiresAt && (
          <>
            <dt>Until</dt>
            <dd className="num">
              {time.moment(expiresAt)} {time.zoneName}
            </dd>
          </>
        )}
      </dl>
    </>
  );
}

function LogOut() {
  const queries = useQueryClient();
  const { stream } = useWorld();
  const [failed, setFailed] = useState<string>();
  return (
    <>
      <button
        type="button"
        className="button"
        onClick={() => {
          logOut(queries, stream).catch((error: unknown) => setFailed(error instanceof Error ? error.message : ''));
        }}
      >
        Log out
      </button>
      {failed !== undefined && <p role="alert">You are still logged in: {failed || 'the server does not answer'}</p>}
    </>
  );
}

/** Closes what is open by Esc, which gives focus back, and by a press or focus anywhere else. */
function useClosing(root: React.RefObject<HTMLDivElement | null>, open: boolean, close: () => void): void {
  useEffect(() => {
    if (!open) return undefined;
    const escaped = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      root.current?.querySelector('button')?.focus();
      close();
    };
    const elsewhere = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) close();
    };
    document.addEventListener('keydown', escaped);
    document.addEventListener('pointerdown', elsewhere);
    document.addEventListener('focusin', elsewhere);
    return () => {
      document.removeEventListener('keydown', escaped);
      document.removeEventListener('pointerdown', elsewhere);
      document.removeEventListener('focusin', elsewhere);
    };
  });
}
