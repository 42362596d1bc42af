import { useQueries } from '@tanstack/react-query';
import { answered, client, type VehicleList } from '../api/client';
import { count } from '../format/number';
import { CustomerSearch } from './CustomerSearch';
import { type Filter, toggled, totalOf } from './filter';
import { useCustomerNames } from './useCustomers';
import type { Change } from './useFilter';

interface Props {
  filter: Filter;
  change: Change;
  numbers: VehicleList | undefined;
}

interface Choice {
  id: string;
  name: string;
  n: number | undefined;
}

/** The customers that have most disconnected, and before them those that are chosen and not among these. */
export function Customers({ filter, change, numbers }: Props) {
  const facet = numbers?.facets?.customers ?? [];
  const chosen = filter.customer ?? [];
  const others = chosen.filter((id) => numbers && !facet.some((each) => each.id === id));
  const names = useCustomerNames(others, numbers);
  const counts = useCounts(filter, others);
  const toggle = (id: string) => change({ customer: toggled(filter.customer, id) });
  const choices: Choice[] = [
    ...others.map((id, i) => ({ id, name: names.get(id) ?? id, n: counts[i] })),
    ...facet.map(({ id, name, total }) => ({ id, name, n: total })),
  ];
  const atLeast = numbers?.facets?.atLeast ?? false;
  return (
    <fieldset className="facet">
      <legend>Customer</legend>
      <CustomerSearch chosen={chosen} toggle={toggle} />
      {choices.map(({ id, name, n }) => (
        <label key={id} className="choice">
          <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} />
          <span className="choice-word" title={name}>
            {name}
          </span>
          <span className="num faint">{n !== undefined && count(n, atLeast)}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** How many match of each customer under the rest of the filter. */
function useCounts(filter: Filter, customers: readonly string[]): (number | undefined)[] {
  const rest = { ...filter };
  delete rest.sort;
  return useQueries({
    queries: customers.map((id) => ({
      queryKey: ['live', 'of', { ...rest, customer: [id] }],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const query = { ...rest, customer: [id], limit: 1 };
        return totalOf(await answered(client.GET('/api/v1/vehicles', { params: { query }, signal }))).n;
      },
    })),
  }).map(({ data }) => data);
}
