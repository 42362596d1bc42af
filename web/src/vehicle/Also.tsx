import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { answered, client, type VehicleDetail } from '../api/client';
import { type Filter, totalOf } from '../filter/filter';
import { duration } from '../format/duration';
import { count } from '../format/number';
import { exactly, secondsSince } from '../format/time';
import { Mark } from '../marks/Mark';
import { liveEvery, useWorld } from '../shell/live';
import { useTime } from '../shell/time';

/** So many others are named. */
const most = 5;

/** Which other vehicles of the customer are disconnected: whether it is the vehicle, or all of them. The latest first. */
export function Also({ vehicle: { vin, customer, status } }: { vehicle: VehicleDetail }) {
  const { freshness } = useWorld();
  const time = useTime();
  const filter: Filter = { status: ['disconnected'], customer: [customer.id], sort: '-since' };
  const { data } = useQuery({
    queryKey: ['live', 'also', customer.id],
    queryFn: async ({ signal }) => {
      const query = { ...filter, limit: most + 1 };
      const list = await answered(client.GET('/api/v1/vehicles', { params: { query }, signal }));
      freshness.saw(list);
      return list;
    },
    refetchInterval: liveEvery,
  });
  if (data === undefined) return null;
  const others = data.items.filter((each) => each.vin !== vin).slice(0, most);
  const total = Math.max(others.length, totalOf(data).n - (status === 'disconnected' ? 1 : 0));
  return (
    <section>
      <h2>
        {status === 'disconnected' ? 'Also disconnected' : 'Disconnected'} at{' '}
        <Link to="/vehicles" search={filter}>
          {customer.name} <span className="faint num">{count(total)}</span>
        </Link>
      </h2>
      {others.length === 0 && <p className="faint">{status === 'disconnected' ? 'No other one.' : 'None.'}</p>}
      <ul className="also">
        {others.map((each) => (
          <li key={each.vin}>
            <Link to="/vehicles/$vin" params={{ vin: each.vin }} search={filter}>
              <Mark kind="disconnected" /> <b>{each.registrationNumber}</b>
              {each.since && (
                <span className="faint num" title={exactly(each.since)}>
                  {duration(secondsSince(each.since, time.now))}
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
