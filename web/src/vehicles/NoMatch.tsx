import { useQueries } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { cleared, type Filter, inWords, silences, totalOf } from '../filter/filter';
import { useCustomerNames } from '../filter/useCustomers';
import type { Change } from '../filter/useFilter';
import { useNumbers } from '../filter/useNumbers';
import { count } from '../format/number';
import { words } from '../marks/Mark';
import './nothing.css';

/** The parts of a filter that can be dropped. */
type Part = 'q' | 'status' | 'silentFor' | 'customer';
const parts: readonly Part[] = ['customer', 'silentFor', 'status', 'q'];

const names: Readonly<Record<Part, string>> = {
  customer: 'Customer',
  silentFor: 'Silent for',
  status: 'Status',
  q: 'Search',
};

/** Nothing matches: what each part of the filter keeps out, that which keeps out most first; a click drops it. */
export function NoMatch({ filter, change }: { filter: Filter; change: Change }) {
  const set = parts.filter((part) => filter[part] !== undefined);
  const found = useWithout(filter, set);
  const customers = useCustomerNames(filter.customer ?? [], useNumbers(filter).data);
  const lines = set
    .map((part, i) => ({ part, found: found[i] }))
    .toSorted((a, b) => (b.found?.n ?? 0) - (a.found?.n ?? 0));
  return (
    <div className="nothing">
      <h2>
        No vehicle matches {['', 'this filter', 'both filters', 'all three filters', 'all four filters'][set.length]}
      </h2>
      {set.length > 1 && <p>Each line drops one filter and keeps the others.</p>}
      <ul className="without">
        {lines.map(({ part, found }) => (
          <li key={part}>
            <button type="button" onClick={() => change({ [part]: undefined })}>
              <span className="without-what">
                Without <span className="faint">{names[part]}</span> {chosenOf(part, filter, customers)}
              </span>
              <Found found={found} />
            </button>
          </li>
        ))}
      </ul>
      <button type="button" className="text-button underlined" onClick={() => change(cleared)}>
        Clear all filters
      </button>
    </div>
  );
}

type Total = ReturnType<typeof totalOf>;

function Found({ found }: { found: Total | undefined }) {
  if (found === undefined) return <span className="num" />;
  if (found.n === 0) return <span className="faint">still none</span>;
  return (
    <b className="num">
      {count(found.n, found.atLeast)} {found.n === 1 ? 'vehicle' : 'vehicles'}
    </b>
  );
}

/** How many match without each of some parts. */
function useWithout(filter: Filter, set: readonly Part[]): (Total | undefined)[] {
  return useQueries({
    queries: set.map((part) => {
      const rest = Object.fromEntries(
        Object.entries(filter).filter(([name]) => name !== part && name !== 'sort'),
      ) as Filter;
      return {
        queryKey: ['live', 'without', rest],
        queryFn: async ({ signal }: { signal: AbortSignal }) =>
          totalOf(await answered(client.GET('/api/v1/vehicles', { params: { query: { ...rest, limit: 1 } }, signal }))),
      };
    }),
  }).map(({ data }) => data);
}

function chosenOf(
  part: Part,
  { q, status, silentFor, customer }: Filter,
  customers: ReadonlyMap<string, string>,
): string {
  if (part === 'q') return `“${q ?? ''}”`;
  if (part === 'status') return inWords(status ?? [], words);
  if (part === 'silentFor') return silences.find(({ value }) => value === silentFor)?.words ?? '';
  return (customer ?? []).map((id) => customers.get(id) ?? id).join(', ');
}
