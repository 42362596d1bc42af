import { useState } from 'react';
import { type TypedNew, type Wrong, wrongOf } from './change';
import { problemOf } from './useWrites';

type Name = keyof TypedNew;

/**
 * What the forms of a vehicle have in common: its fields with what is wrong at each, and one save at a time. `store` says what
 * is wrong already before the service is asked; what the service says is wrong comes to the fields by itself, and nothing that
 * was typed is lost.
 */
export function useVehicleForm<T extends Partial<Record<Name, string>>>(
  typed: T,
  setTyped: (typed: T) => void,
  store: () => Promise<Wrong<Name> | undefined>,
) {
  const [wrong, setWrong] = useState<Wrong<Name>>({});
  const [rest, setRest] = useState<string>();
  const [busy, setBusy] = useState(false);
  const field = <N extends Name & keyof T>(name: N) => ({
    value: typed[name],
    error: wrong[name],
    autoComplete: 'off',
    onChange: (event: { target: { value: string } }) => {
      setTyped({ ...typed, [name]: event.target.value });
      setWrong({ ...wrong, [name]: undefined });
    },
  });
  const save = () => {
    setBusy(true);
    store()
      .then((now) => {
        setWrong(now ?? {});
        setRest(undefined);
      })
      .catch((error: unknown) => {
        const { wrong: at, rest: other } = wrongOf(problemOf(error));
        setWrong(at);
        setRest(other);
      })
      .finally(() => setBusy(false));
  };
  return { field, save, busy, rest };
}
