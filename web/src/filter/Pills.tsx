import { IconX } from '@tabler/icons-react';
import type { VehicleList } from '../api/client';
import { words } from '../marks/Mark';
import { cleared, type Filter, inWords, silences } from './filter';
import { useCustomerNames } from './useCustomers';
import type { Change } from './useFilter';

/** The parts of the filter that are set, each with what takes it out. */
export function Pills({
  filter,
  change,
  numbers,
}: {
  filter: Filter;
  change: Change;
  numbers: VehicleList | undefined;
}) {
  const silence = silences.find(({ value }) => value === filter.silentFor);
  const names = useCustomerNames(filter.customer ?? [], numbers);
  const parts: [name: string, value: string, out: () => void][] = [];
  if (filter.q) parts.push(['Search', filter.q, () => change({ q: undefined })]);
  if (filter.status) parts.push(['Status', inWords(filter.status, words), () => change({ status: undefined })]);
  if (silence) parts.push(['Silent for', silence.words, () => change({ silentFor: undefined })]);
  if (filter.customer)
    parts.push([
      'Customer',
      filter.customer.map((id) => names.get(id) ?? id).join(', '),
      () => change({ customer: undefined }),
    ]);
  if (parts.length === 0) return null;
  return (
    <ul className="filter-pills" aria-label="Filters">
      {parts.map(([name, value, out]) => (
        <li key={name} className="filter-pill">
          <span className="faint-2">{name}</span> <b>{value}</b>
          <button type="button" aria-label={`Without ${name} ${value}`} onClick={out}>
            <IconX size={14} stroke={1.75} />
          </button>
        </li>
      ))}
      <li>
        <button type="button" className="text-button" onClick={() => change(cleared)}>
          Clear
        </button>
      </li>
    </ul>
  );
}
