import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiError, answered, client, type KeyMade, type Session } from '../api/client';
import { Dialog } from '../parts/Dialog';
import { Field } from '../parts/Field';
import { gone } from '../shell/gone';
import { useGone, useWorld } from '../shell/live';
import { CustomerPick, type Picked } from './CustomerPick';
import { holdPage } from './ended';
import { loggedIn } from './loggedIn';
import { Secret } from './Secret';
import { type Scope, scopes } from './scopes';
import '../filter/filter.css';

interface Made {
  key: KeyMade;
  /** Why the login with the first key failed, if it did. */
  notIn?: string;
}

/** Makes a key and shows it, this once. The first one must be an administrator's, and is logged in with at once. */
export function MakeKey({ first, onClose }: { first: boolean; onClose: () => void }) {
  const queries = useQueryClient();
  const { stream } = useWorld();
  const [made, setMade] = useState<Made>();
  // The first key closes the service: all that this page asks is refused until the login that follows, and a page that leads
  // elsewhere then would lose the only key there is.
  useEffect(() => () => holdPage(queries, false), [queries]);
  const make = useMutation({
    mutationFn: async (body: NewKey): Promise<Made> => {
      holdPage(queries, true);
      const key = await answered(client.POST('/api/v1/keys', { body }));
      if (!first) return { key };
      try {
        await logIn(key.key).then((session) => loggedIn(session, queries, stream));
        return { key };
      } catch (error) {
        return { key, notIn: error instanceof Error ? error.message : String(error) };
      }
    },
    onSuccess: setMade,
    onError: () => holdPage(queries, false),
  });
  const close = () => {
    holdPage(queries, false);
    void queries.invalidateQueries();
    onClose();
  };
  if (made) return <Secret made={made.key} notIn={made.notIn} onClose={close} />;
  return (
    <Dialog title={first ? 'Make the first key' : 'Make a key'} onClose={onClose}>
      <NewKeyForm first={first} error={make.error} busy={make.isPending} make={make.mutate} onClose={onClose} />
    </Dialog>
  );
}

function logIn(key: string): Promise<Session> {
  return answered(client.POST('/api/v1/session', { body: { key } }));
}

interface NewKey {
  name: string;
  scopes: Scope[];
  customerId?: string;
}

function NewKeyForm({
  first,
  error,
  busy,
  make,
  onClose,
}: {
  first: boolean;
  error: Error | null;
  busy: boolean;
  make: (key: NewKey) => void;
  onClose: () => void;
}) {
  const [name, setName] = useState('');
  const [given, setGiven] = useState<readonly Scope[]>([first ? 'admin' : 'read']);
  const [customer, setCustomer] = useState<Picked>();
  const away = useGone();
  const wrong = (field: string) =>
    error instanceof ApiError ? error.problem.errors?.find(({ location }) => location === field)?.message : undefined;
  const elsewhere = error && !['name', 'scopes', 'customerId'].some(wrong) ? error.message : undefined;
  const admin = given.includes('admin');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        make({ name, scopes: [...given], ...(customer && !admin && { customerId: customer.id }) });
      }}
    >
      {first && (
        <p className="warning">
          It closes this Fleetbeat for good: from then on everybody and everything needs a key. You are logged in with
          the new one right away; keep it, because it is shown once and nobody could make another without it.
        </p>
      )}
      <Field
        label="Name"
        hint="Whose it is, or what for"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={wrong('name')}
        maxLength={200}
        autoComplete="off"
        required
      />
      <Scopes given={given} first={first} error={wrong('scopes')} give={setGiven} />
      {!first &&
        (admin ? (
          <p className="field-hint">A key with admin cannot be bound to a customer.</p>
        ) : (
          <CustomerPick picked={customer} pick={setCustomer} error={wrong('customerId')} />
        ))}
      {elsewhere && (
        <p className="warning" role="alert">
          {elsewhere}
        </p>
      )}
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="button primary" disabled={busy || away} title={away ? gone : undefined}>
          {first ? 'Make it, and close Fleetbeat for good' : 'Make the key'}
        </button>
      </div>
    </form>
  );
}

function Scopes({
  given,
  first,
  error,
  give,
}: {
  given: readonly Scope[];
  first: boolean;
  error: string | undefined;
  give: (scopes: readonly Scope[]) => void;
}) {
  return (
    <fieldset className="scopes">
      <legend>May</legend>
      {scopes.map(({ scope, permits }) => (
        <label key={scope} className="choice">
          <input
            type="checkbox"
            checked={given.includes(scope)}
            disabled={first}
            onChange={() => give(given.includes(scope) ? given.filter((each) => each !== scope) : [...given, scope])}
          />
          <span>
            <b>{scope}</b> {permits}
          </span>
        </label>
      ))}
      {first && <p className="field-hint">The first key must have admin: without it nobody could make another.</p>}
      {error && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
