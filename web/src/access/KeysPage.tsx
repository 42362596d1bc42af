import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, client, type Key } from '../api/client';
import { gone } from '../shell/gone';
import { useGone } from '../shell/live';
import { useMay, useSession } from '../shell/session';
import { usePageTitle } from '../shell/title';
import { KeyTable } from './KeyTable';
import { MakeKey } from './MakeKey';
import { RevokeKey } from './RevokeKey';
import { isNobody } from './scopes';
import './access.css';

/** The API keys: who has one, what each may do, and how one is made and revoked. */
export function KeysPage() {
  usePageTitle('Keys');
  const { data: session } = useSession();
  const may = useMay('admin');
  const keys = useQuery({
    queryKey: ['keys'],
    queryFn: ({ signal }) => answered(client.GET('/api/v1/keys', { signal })),
    refetchOnMount: 'always',
    enabled: may || (session !== undefined && isNobody(session)), // nobody is led to the login by the refusal
  });
  const [making, setMaking] = useState<'first' | 'another'>();
  const [revoking, setRevoking] = useState<Key>();
  const away = useGone();
  const first = session !== undefined && !session.needed;
  const items = keys.data?.items ?? [];
  if (session && !may && !isNobody(session)) return <MayNot />;
  return (
    <div className="page access keys">
      <div className="title-line">
        <h1>Keys</h1>
        {keys.data && !first && (
          <div className="title-actions">
            <button
              type="button"
              className="button"
              disabled={away}
              title={away ? gone : undefined}
              onClick={() => setMaking('another')}
            >
              <IconPlus size={16} stroke={1.75} /> Make a key
            </button>
          </div>
        )}
      </div>
      {keys.error && (
        <div className="keys-failed" role="alert">
          <p>The keys cannot be shown: {keys.error.message}.</p>
          <button type="button" className="button" onClick={() => void keys.refetch()}>
            Try again
          </button>
        </div>
      )}
      {keys.data && first && <NoKeys make={() => setMaking('first')} />}
      {keys.data && !first && <KeyTable keys={items} own={session?.keyId} revoke={setRevoking} />}
      {making && <MakeKey first={making === 'first'} onClose={() => setMaking(undefined)} />}
      {revoking && (
        <RevokeKey which={revoking} own={revoking.id === session?.keyId} onClose={() => setRevoking(undefined)} />
      )}
    </div>
  );
}

function MayNot() {
  return (
    <div className="page access keys">
      <div className="title-line">
        <h1>Keys need a key with the scope admin</h1>
      </div>
      <p>Yours has not got it. Log in with another key, or ask whoever has one.</p>
    </div>
  );
}

/** What is so without keys, and what the first one changes. */
function NoKeys({ make }: { make: () => void }) {
  const away = useGone();
  return (
    <div className="no-keys">
      <h2>No key was ever made</h2>
      <p>
        Everybody who reaches this server may do everything now: see, register, change and send heartbeats for any
        vehicle. It therefore listens on its own machine alone.
      </p>
      <p>
        The first key closes it <b>for good</b>. From then on people, devices and scripts all need a key, and there is
        no way back to open. Vehicles that send heartbeats without one are refused, and fall silent, until they are
        given a key with the scope ingest.
      </p>
      <button type="button" className="button primary" disabled={away} title={away ? gone : undefined} onClick={make}>
        Make the first key
      </button>
    </div>
  );
}
