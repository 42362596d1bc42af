import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, client, type Key } from '../api/client';
import { Dialog } from '../parts/Dialog';
import { gone } from '../shell/gone';
import { useGone } from '../shell/live';

interface Props {
  which: Key;
  /** Whether one is logged in with it. */
  own: boolean;
  onClose: () => void;
}

/** Asks before a key is revoked: it cannot be undone. */
export function RevokeKey({ which: { id, name, scopes }, own, onClose }: Props) {
  const queries = useQueryClient();
  const away = useGone();
  const revoke = useMutation({
    mutationFn: () => answered(client.DELETE('/api/v1/keys/{id}', { params: { path: { id } } })),
    onSuccess: async () => {
      onClose();
      if (own) queries.setQueryData(['session'], { needed: true }); // no session that ended by itself
      await queries.invalidateQueries(own ? {} : { queryKey: ['keys'] }); // what is refused leads to the login
    },
  });
  return (
    <Dialog title={`Revoke ${name}?`} onClose={onClose}>
      <p>
        It lets nobody in any more, at once:{' '}
        {scopes.includes('ingest') && 'devices that send with it are refused, and '}
        sessions, streams and uploads that it began end. This cannot be undone; a new key can be made.
      </p>
      {own && <p className="warning">You are logged in with this key: you will be logged out.</p>}
      {revoke.error && (
        <p className="warning" role="alert">
          {revoke.error.message}
        </p>
      )}
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Keep it
        </button>
        <button
          type="button"
          className="button primary"
          disabled={revoke.isPending || away}
          title={away ? gone : undefined}
          onClick={() => revoke.mutate()}
        >
          Revoke it
        </button>
      </div>
    </Dialog>
  );
}
