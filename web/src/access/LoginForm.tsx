import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, answered, client, type Session } from '../api/client';
import type { Stream } from '../live/stream';
import { Field } from '../parts/Field';
import { useWorld } from '../shell/live';

/** Begins a session with a key that is pasted. */
export function LoginForm({ done }: { done: (session: Session, queries: QueryClient, stream: Stream) => void }) {
  const queries = useQueryClient();
  const { stream } = useWorld();
  const [key, setKey] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const logIn = async () => {
    setBusy(true);
    setError(undefined);
    try {
      done(await answered(client.POST('/api/v1/session', { body: { key } })), queries, stream);
    } catch (problem) {
      setError(sentence(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void logIn();
      }}
    >
      {/* A password manager keeps a key under a name, and asks for one where there is none. */}
      <input type="text" name="username" autoComplete="username" value="Fleetbeat" readOnly hidden />
      <Field
        label="API key"
        type="password"
        name="key"
        value={key}
        onChange={(event) => setKey(event.target.value)}
        autoComplete="current-password"
        spellCheck={false}
        autoFocus
        required
        error={error}
      />
      <button type="submit" className="button primary" disabled={busy}>
        Log in
      </button>
    </form>
  );
}

/** Why it was refused, in the service's own words. */
function sentence(problem: unknown): string {
  if (!(problem instanceof ApiError)) return 'The server does not answer. Please try again.';
  return problem.problem.errors?.[0]?.message ?? problem.message;
}
