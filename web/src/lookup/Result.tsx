import { IconDownload } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Status, Vehicle, VehicleLookup } from '../api/client';
import { statuses } from '../filter/filter';
import { count, counted } from '../format/number';
import { Mark, words } from '../marks/Mark';
import { Copy } from '../parts/Copy';
import { useTime } from '../shell/time';
import { csvOf } from './csv';
import { Line } from './Line';

/** So many lines tick each second; longer lists are counted on with each answer, so that typing is never held up. */
const ticking = 200;

/** What was found: the unknown names, the numbers, and each name in the order of the text. */
export function Result({ found }: { found: VehicleLookup }) {
  const { items, unknown, asOf } = found;
  const time = useTime();
  const now = items.length > ticking ? Date.parse(asOf) : time.now;
  const counts = useMemo(() => countsOf(items.flatMap(({ vehicles }) => vehicles)), [items]);
  const lines = items.flatMap((item, i) =>
    item.vehicles.length === 0
      ? [<Line key={i} item={item} vehicle={undefined} now={now} />]
      : item.vehicles.map((each) => <Line key={`${i} ${each.vin}`} item={item} vehicle={each} now={now} />),
  );
  if (items.length === 0) return <p className="lookup-failed">There is no VIN and no plate in this text.</p>;
  return (
    <section aria-label="Result">
      <div className="lookup-head">
        <h2>
          {counted(found.found, 'vehicle')} found{unknown.length > 0 && `, ${counted(unknown.length, 'name')} unknown`}
        </h2>
        <ul aria-label="By status">
          {statuses.map((status) => (
            <li key={status}>
              <Mark kind={status} /> {words[status]} <b className="num">{count(counts[status])}</b>
            </li>
          ))}
        </ul>
        <button type="button" className="button" onClick={() => download(csvOf(items, asOf), asOf)}>
          <IconDownload size={16} stroke={1.5} /> Export {counted(lines.length, 'row')}
        </button>
      </div>
      {unknown.length > 0 && (
        <div className="lookup-unknown">
          <p>
            <b>Unknown:</b> <span className="mono">{unknown.join(', ')}</span>
          </p>
          <Copy text={unknown.join('\n')} label="Copy the unknown names">
            Copy
          </Copy>
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be reached by keyboard */}
      <div className="lookup-scroll" role="region" aria-label="Vehicles looked up" tabIndex={0}>
        <table>
          <thead>
            <tr>
              {['As pasted', 'Status', 'Plate', 'VIN', 'Customer'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
              <th scope="col" className="right">
                Last heartbeat
              </th>
              <th scope="col" className="right">
                In status for
              </th>
            </tr>
          </thead>
          <tbody>{lines}</tbody>
        </table>
      </div>
    </section>
  );
}

/** How many vehicles have each status; one that is named twice counts once. */
function countsOf(vehicles: readonly Vehicle[]): Record<Status, number> {
  const counts = { connected: 0, disconnected: 0, never_seen: 0 };
  for (const { status } of new Map(vehicles.map((each) => [each.vin, each])).values()) counts[status] += 1;
  return counts;
}

/** Hands a text to the browser as a file. */
function download(text: string, asOf: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = `lookup-${asOf.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // some browsers read it after the click
}
