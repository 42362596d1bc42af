import { type KeyboardEvent, useId, useState } from 'react';
import { count, counted } from '../format/number';
import { useCustomerCount, useCustomersFound } from './useCustomers';

interface Props {
  chosen: readonly string[];
  /** Puts a customer into the filter, or takes it out. */
  toggle: (id: string) => void;
}

/** Finds customers among all of them, while one types. */
export function CustomerSearch({ chosen, toggle }: Props) {
  const id = useId();
  const all = useCustomerCount();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const { data, error } = useCustomersFound(text);
  const shown = open && text.trim() !== '' && (data !== undefined || error !== null);
  const found = shown ? (data?.items ?? []) : [];
  const active = Math.min(at, found.length - 1);
  const choose = (customer: string) => {
    toggle(customer);
    setText('');
    setOpen(false);
  };
  const keys = (event: KeyboardEvent) => {
    const chosenNow = found[active];
    if (event.key === 'Escape') {
      if (!open || text === '') return;
      setText('');
      setOpen(false);
    } else if (event.key === 'Enter' && chosenNow) choose(chosenNow.id);
    else if (event.key === 'ArrowDown') setAt(Math.min(active + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(active - 1, 0));
    else return;
    event.preventDefault();
  };
  const more = (data?.total ?? 0) - found.length;
  return (
    <div className="customer-search">
      <input
        role="combobox"
        aria-label="Find customers"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={found[active] && `${id}-${active}`}
        placeholder={all === undefined ? 'Find a customer' : `Find among ${counted(all, 'customer')}`}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setOpen(true);
          setAt(0);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={keys}
        autoComplete="off"
        spellCheck={false}
      />
      {/* Always there, because the combobox names it. */}
      <div id={`${id}-list`} role="listbox" aria-label="Customers found" hidden={found.length === 0}>
        {found.map((customer, i) => (
          <div
            key={customer.id}
            id={`${id}-${i}`}
            role="option"
            aria-selected={chosen.includes(customer.id)}
            className={i === active ? 'option option-active' : 'option'}
            // The click of a button that has just lost the focus would find no list any more.
            onMouseDown={(event) => {
              event.preventDefault();
              choose(customer.id);
            }}
          >
            <span className="choice-word" title={customer.name}>
              {customer.name}
            </span>
            <span className="num faint">
              {count(customer.counts.connected + customer.counts.disconnected + customer.counts.never_seen)}
            </span>
          </div>
        ))}
      </div>
      <p className="customer-said" role="status">
        {error && shown && error.message}
        {!error && shown && found.length === 0 && 'No customer has that in its name.'}
        {found.length > 0 && more > 0 && `${counted(more, 'more', 'more')}: type on`}
      </p>
    </div>
  );
}
