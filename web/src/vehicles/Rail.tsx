import { IconSearch } from '@tabler/icons-react';
import { type RefObject, useEffect, useState } from 'react';
import type { VehicleList } from '../api/client';
import { type Filter, silences, statuses, toggled } from '../filter/filter';
import { count } from '../format/number';
import { Mark, words } from '../marks/Mark';
import { ladder } from './list';

/** Changes parts of the filter; undefined takes a part out. */
export type Change = (part: { [K in keyof Filter]?: Filter[K] | undefined }) => void;

interface Props {
  filter: Filter;
  change: Change;
  numbers: VehicleList | undefined;
}

/** The filter, part by part, each with what it would find. */
export function Rail({ filter, change, numbers }: Props) {
  return (
    <>
      <Statuses filter={filter} change={change} numbers={numbers} />
      <SilentFor filter={filter} change={change} numbers={numbers} />
      <Customers filter={filter} change={change} numbers={numbers} />
    </>
  );
}

function Statuses({ filter, change, numbers }: Props) {
  return (
    <fieldset className="facet">
      <legend>Status</legend>
      {statuses.map((status) => (
        <label key={status} className="choice">
          <input
            type="checkbox"
            checked={filter.status?.includes(status) ?? false}
            onChange={() => change({ status: toggled(filter.status, status) })}
          />
          <Mark kind={status} />
          <span className="choice-word">{words[status]}</span>
          <span className="num">{numbers && count(numbers.counts[status])}</span>
        </label>
      ))}
    </fieldset>
  );
}

function SilentFor({ filter, change, numbers }: Props) {
  const more = numbers?.facets && ladder(numbers.facets.silentFor);
  const choices = [{ value: undefined, words: 'Any time' }, ...silences];
  return (
    <fieldset className="facet">
      <legend>Silent for</legend>
      {choices.map(({ value, words }, i) => (
        <label key={words} className="choice">
          <input
            type="radio"
            name="silentFor"
            checked={filter.silentFor === value}
            onChange={() => change({ silentFor: value })}
          />
          <span className="choice-word">{words}</span>
          <span className="num faint">{more && count(more[i] ?? 0)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Customers({ filter, change, numbers }: Props) {
  const customers = numbers?.facets?.customers ?? [];
  if (customers.length === 0) return null;
  return (
    <fieldset className="facet">
      <legend>Customer</legend>
      {customers.map(({ id, name, total }) => (
        <label key={id} className="choice">
          <input
            type="checkbox"
            checked={filter.customer?.includes(id) ?? false}
            onChange={() => change({ customer: toggled(filter.customer, id) })}
          />
          <span className="choice-word" title={name}>
            {name}
          </span>
          <span className="num faint">{count(total)}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** How long typing has to pause before it is searched for. */
const pause = 120;

/** The one search field. What is typed shows at once, is searched for at the next pause, and follows Back. */
export function Search({
  value,
  onChange,
  input,
}: {
  value: string;
  onChange: (q: string) => void;
  input: RefObject<HTMLInputElement | null>;
}) {
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  if (told !== value) {
    setTold(value);
    if (typed.trim() !== value) setTyped(value); // the address changed by other means: Back, a pill, a link
  }
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const timer = setTimeout(() => onChange(typed.trim()), pause);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <div className="search">
      <IconSearch size={16} stroke={1.75} />
      <input
        ref={input}
        type="search"
        placeholder="VIN, plate or customer"
        aria-label="Search by VIN, plate or customer"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        autoComplete="off"
        spellCheck={false}
      />
      <span className="kbd" aria-hidden="true">
        /
      </span>
    </div>
  );
}
