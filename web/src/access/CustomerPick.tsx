import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { answered, client } from '../api/client';

/** A customer that was picked. */
export interface Picked {
  id: string;
  name: string;
}

interface Props {
  picked: Picked | undefined;
  pick: (customer: Picked | undefined) => void;
  error: string | undefined;
}

/** Picks a customer by any part of its name; none binds the key to nobody. */
export function CustomerPick({ picked, pick, error }: Props) {
  const id = useId();
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const unsure = typed.trim() !== '' && picked === undefined;
  // A name that is only typed looks as if it bound the key; the key would see everything.
  useEffect(
    () => input.current?.setCustomValidity(unsure ? 'Pick a customer from the list, or empty this field.' : ''),
    [unsure],
  );
  const found = useFound(typed, open);
  const take = (customer: Picked) => {
    pick(customer);
    setTyped(customer.name);
    setOpen(false);
  };
  const pressed = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && found.length > 0) {
      setOpen(true);
      setAt((was) => (open ? (was + by + found.length) % found.length : 0));
    } else if (event.key === 'Enter' && open && found[at]) take(found[at]);
    else if (event.key === 'Escape' && open) setOpen(false);
    else return;
    event.preventDefault(); // Enter would send the form, Esc close the dialog
    event.stopPropagation();
  };
  return (
    <div className="field customer-pick">
      <label htmlFor={id}>Bound to a customer</label>
      <input
        ref={input}
        id={id}
        role="combobox"
        aria-expanded={open && found.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={open && found[at] ? `${id}-${found[at].id}` : undefined}
        aria-describedby={`${id}-about`}
        aria-invalid={error !== undefined}
        aria-autocomplete="list"
        autoComplete="off"
        placeholder="Nobody: it sees and sends for all"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setOpen(event.target.value.trim() !== '');
          setAt(0);
          pick(undefined); // what is typed now is not who was picked
        }}
        onKeyDown={pressed}
        onBlur={() => setOpen(false)}
      />
      {open && found.length > 0 && (
        <div id={`${id}-list`} role="listbox" aria-label="Customers">
          {found.map((customer, i) => (
            <div
              key={customer.id}
              id={`${id}-${customer.id}`}
              role="option"
              aria-selected={i === at}
              // Before the field loses focus, which closes this list.
              onPointerDown={(event) => {
                event.preventDefault();
                take(customer);
              }}
            >
              {customer.name}
            </div>
          ))}
        </div>
      )}
      <p id={`${id}-about`} className={error ? 'field-error' : 'field-hint'} role={error && 'alert'}>
        {error ?? 'What belongs to other customers does not exist for it'}
      </p>
    </div>
  );
}

function useFound(typed: string, open: boolean): readonly Picked[] {
  const q = typed.trim();
  const { data } = useQuery({
    queryKey: ['customers', 'named', q],
    queryFn: ({ signal }) => answered(client.GET('/api/v1/customers', { params: { query: { q, limit: 8 } }, signal })),
    enabled: open && q !== '',
    placeholderData: keepPreviousData,
  });
  return open && q !== '' ? (data?.items ?? []) : [];
}
