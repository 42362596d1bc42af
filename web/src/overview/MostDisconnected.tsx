import { Link } from '@tanstack/react-router';
import type { Filter } from '../filter/filter';
import { count, counted, share } from '../format/number';
import type { Most } from './beyond';

/**
 * Customers with most vehicles disconnected, where nothing usual is known: under a filter of vehicles, and while the log is
 * `young`er than three days.
 */
export function MostDisconnected({ filter, most, young }: { filter: Filter; most: Most | undefined; young: boolean }) {
  // Under these every match is disconnected, or none is: there is no share of them.
  const shares = filter.status === undefined && filter.silentFor === undefined;
  const atLeast = most?.atLeast ?? false;
  return (
    <section className={shares ? 'table most' : 'table most no-shares'} aria-labelledby="most">
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
          {shares && (
            <>
              <span role="columnheader" className="right">
                Of
              </span>
              <span role="columnheader" className="right">
                Share
              </span>
            </>
          )}
        </div>
        {most?.customers.map(({ id, name, disconnected, total }) => (
          <div role="row" className="line" key={id}>
            <span role="cell" className="c-name">
              <Link
                to="/vehicles"
                search={{ ...filter, customer: [id], status: ['disconnected'] }}
                className="cover"
                title={`${name}: ${counted(disconnected, 'vehicle')} disconnected`}
              >
                {name}
              </Link>
            </span>
            <span role="cell" className="num right strong">
              {count(disconnected, atLeast)}
            </span>
            {shares && (
              <>
                <span role="cell" className="num right faint">
                  {count(total, atLeast)}
                </span>
                <span role="cell" className="num right faint">
                  {atLeast ? '' : share(disconnected, total)}
                </span>
              </>
            )}
          </div>
        ))}
        {most?.customers.length === 0 && <p className="none">{none(most, young)}</p>}
      </div>
      <p className="table-foot">
        {young ? '' : 'Usual ranges are known of whole customers only. '}
        <Link to="/customers" className="link">
          All customers
        </Link>
      </p>
    </section>
  );
}

function none({ some }: Most, young: boolean): string {
  if (some) return 'None of these customers is among the ten with most.';
  return young ? 'No vehicle is disconnected.' : 'Nothing that matches is disconnected.';
}
