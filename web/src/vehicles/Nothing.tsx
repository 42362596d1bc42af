import { useQueries } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { type Filter, inWords, partsOf, silences, totalOf } from '../filter/filter';
import type { Change } from '../filter/useFilter';
import { count } from '../format/number';
import { words } from '../marks/Mark';

/** The parts of a filter that can be dropped. */
type Part = 'q' | 'status' | 'silentFor' | 'customer';
const parts: readonly Part[] = ['q', 'status', 'silentFor', 'customer'];

/** What stands where no row is: how to get one, or which part of the filter to drop. */
export function Nothing({ filter, change }: { filter: Filter; change: Change }) {
  return partsOf(filter) === 0 ? <NoVehicles /> : <NoMatch filter={filter} change={change} />;
}

function NoVehicles() {
  const at = document.baseURI.replace(/\/[^/]*$/, '');
  const vin = 'YS2R4X20005399401';
  const register = `curl -X POST ${at}/api/v1/vehicles -H 'Content-Type: application/json' \\\n  -d '{"vin":"${vin}","registrationNumber":"ABC123","customer":"Johans Bulk AB"}'`;
  return (
    <div className="nothing">
      <h2>No vehicles yet</h2>
      <p>Register one, let it ping once, and it appears here as Connected within a second.</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be reached by keyboard */}
      <pre className="mono" tabIndex={0}>{`${register}\ncurl -X POST ${at}/heartbeat/${vin}`}</pre>
      <p className="faint">Listening. Nothing heard so far; this page changes by itself.</p>
    </div>
  );
}

function NoMatch({ filter, change }: { filter: Filter; change: Change }) {
  const set = parts.filter((part) => filter[part] !== undefined);
  const without = useQueries({
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
  });
  const lines = set
    .map((part, i) => ({ part, found: without[i]?.data }))
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
            <button type="button" className="text-button" onClick={() => change({ [part]: undefined })}>
              Without {named(part, filter)}
            </button>
            <span className="num">
              {found &&
                (found.n === 0
                  ? 'still none'
                  : `${count(found.n, found.atLeast)} ${found.n === 1 ? 'vehicle' : 'vehicles'}`)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function named(part: Part, { q, status, silentFor }: Filter): string {
  if (part === 'q') return `search “${q ?? ''}”`;
  if (part === 'status') return `status ${inWords(status ?? [], words)}`;
  if (part === 'silentFor') return `silent for ${silences.find(({ value }) => value === silentFor)?.words ?? ''}`;
  return 'customer';
}
