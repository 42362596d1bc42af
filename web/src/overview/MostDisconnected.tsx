import { Link } from '@tanstack/react-router';
import type { VehicleList } from '../api/client';
import { type Filter, partsOf } from '../filter/filter';
import { count, counted, share } from '../format/number';

/**
 * Customers with most vehicles disconnected, where nothing usual is known: under a filter of vehicles, and while the log is
 * `young`er than three days.
 */
export function MostDisconnected({
  filter,
  numbers,
  young,
}: {
  filter: Filter;
  numbers: VehicleList | undefined;
  young: boolean;
}) {
  const shown = (numbers?.facets?.customers ?? []).filter(
    ({ id, disconnected }) => disconnected > 0 && (filter.customer?.includes(id) ?? true),
  );
  const atLeast = numbers?.facets?.atLeast ?? false;
  return (
    <section className="table most" aria-labelledby="most">
      <h2 id="most">
        Most disconnected{' '}
        <span className="aside">{young ? 'usual ranges appear after three days' : 'of what matches'}</span>
      </h2>
      <div role="table" aria-labelledby="most" className="rows">
        <div role="row" className="head">
          <span role="columnheader">Customer</span>
          <span role="columnheader" className="right">
            Now
          </span>
          <span role="columnheader" className="right">
            Of
          </span>
          <span role="columnheader" className="right">
            Share
          </span>
        </div>
        {shown.map(({ id, name, disconnected, total }) => (
          <div role="row" className="line" key={id}>
            <span role="cell" className="c-name">
              <Link
                to="/vehicles"
                search={{ ...filter, customer: [id], status: ['disconnected'] }}
                className="row-link"
                title={`${name}: ${counted(disconnected, 'vehicle')} disconnected`}
              >
                {name}
              </Link>
            </span>
            <span role="cell" className="num right strong">
              {count(disconnected, atLeast)}
            </span>
            <span role="cell" className="num right faint">
              {count(total, atLeast)}
            </span>
            <span role="cell" className="num right faint">
              {atLeast ? '' : share(disconnected, total)}
            </span>
          </div>
        ))}
        {numbers && shown.length === 0 && <p className="none">No vehicle is disconnected.</p>}
      </div>
      <p className="table-foot">
        {partsOf(filter) === 0
          ? ''
          : 'Usual ranges are of all vehicles of a customer: none is shown under this filter. '}
        <Link to="/customers" className="link">
          All customers
        </Link>
      </p>
    </section>
  );
}
