import type { VehicleList } from '../api/client';
import { count } from '../format/number';
import { Mark, words } from '../marks/Mark';
import { Customers } from './Customers';
import { type Filter, ladder, silences, statuses, toggled, totalOf } from './filter';
import type { Change } from './useFilter';

interface Props {
  filter: Filter;
  change: Change;
  numbers: VehicleList | undefined;
  /** The filter is of changes: nothing becomes Never seen, and a change is not silent for a time. */
  changes?: boolean;
}

/** The filter, part by part, each with what it would find. */
export function Rail({ filter, change, numbers, changes = false }: Props) {
  return (
    <>
      <Statuses filter={filter} change={change} numbers={numbers} changes={changes} />
      {!changes && <SilentFor filter={filter} change={change} numbers={numbers} />}
      <Customers filter={filter} change={change} numbers={numbers} />
    </>
  );
}

function Statuses({ filter, change, numbers, changes }: Props) {
  const among = changes ? statuses.filter((status) => status !== 'never_seen') : statuses;
  return (
    <fieldset className="facet">
      <legend>Status</legend>
      {among.map((status) => (
        <label key={status} className="choice">
          <input
            type="checkbox"
            checked={filter.status?.includes(status) ?? false}
            onChange={() => change({ status: toggled(filter.status, status) })}
          />
          <Mark kind={status} />
          <span className="choice-word">{words[status]}</span>
          <span className="num">
            {numbers && count(numbers.counts[status], totalOf(numbers).atLeast && numbers.counts[status] > 0)}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function SilentFor({ filter, change, numbers }: Props) {
  const more = numbers?.facets && ladder(numbers.facets.silentFor);
  const atLeast = numbers?.facets?.atLeast ?? false;
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
          <span className="num faint">{more && count(more[i] ?? 0, atLeast && (more[i] ?? 0) > 0)}</span>
        </label>
      ))}
    </fieldset>
  );
}
