import { IconX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { ApiError, type Vehicle, type VehicleDetail } from '../api/client';
import type { Filter } from '../filter/filter';
import { duration } from '../format/duration';
import { count, position, share } from '../format/number';
import { exactly, secondsSince } from '../format/time';
import { Mark, words } from '../marks/Mark';
import { Copy } from '../parts/Copy';
import { Reason } from '../parts/Reason';
import { useTime } from '../shell/time';
import { lengthOf } from '../vehicle/lengthOf';
import { PastStrip } from '../vehicle/PastStrip';
import { ReasonSentence } from '../vehicle/ReasonSentence';
import { TicketButton } from '../vehicle/TicketButton';
import { statsOf } from '../vehicle/timeline';
import { lastDay, usePast, useVehicle } from '../vehicle/useVehicle';
import './panel.css';

interface Props {
  vin: string;
  /** The vehicle as the list knows it, which shows before the rest is there. */
  known: Vehicle | undefined;
  /** Its place in the list, from 1; 0 where it is none of the rows. */
  place: number;
  total: number | undefined;
  filter: Filter;
  onClose: () => void;
}

/** A vehicle looked at beside the list. */
export function Panel({ vin, known, place, total, filter, onClose }: Props) {
  const { data, error } = useVehicle(vin);
  const vehicle = data ?? known;
  const missing = error instanceof ApiError && error.problem.status === 404;
  return (
    <aside className="panel" aria-label="Vehicle looked at">
      <div className="panel-top">
        <span className="num faint">{place > 0 && total !== undefined && `${count(place)} of ${count(total)}`}</span>
        <span className="kbd" aria-hidden="true">
          j
        </span>
        <span className="kbd" aria-hidden="true">
          k
        </span>
        <button type="button" className="icon-button" aria-label="Close" aria-keyshortcuts="Escape" onClick={onClose}>
          <IconX size={18} stroke={1.5} />
        </button>
      </div>
      {missing || vehicle === undefined ? (
        <p className="panel-none">{error ? error.message : ''}</p>
      ) : (
        <>
          <div className="panel-body">
            <Head vehicle={vehicle} />
            {data ? <Body vehicle={data} /> : <p className="panel-none">{error?.message}</p>}
          </div>
          <div className="panel-foot">
            <Link to="/vehicles/$vin" params={{ vin }} search={filter} className="button primary">
              Open vehicle{' '}
              <span className="kbd" aria-hidden="true">
                o
              </span>
            </Link>
            {data && <TicketButton key={vin} vehicle={data} />}
          </div>
        </>
      )}
    </aside>
  );
}

function Head({ vehicle: { registrationNumber, vin, customer, status, since } }: { vehicle: Vehicle }) {
  const time = useTime();
  return (
    <>
      <h2>{registrationNumber}</h2>
      <p className="panel-vin">
        <span className="mono">{vin}</span> <Copy key={vin} text={vin} label={`Copy ${vin}`} />
      </p>
      <p className="panel-customer">{customer.name}</p>
      <p className="panel-status" title={since && exactly(since)}>
        <Mark kind={status} size={16} /> <b>{words[status]}</b>
        {since !== undefined && <span className="num">for {duration(secondsSince(since, time.now))}</span>}
      </p>
    </>
  );
}

function Body({ vehicle }: { vehicle: VehicleDetail }) {
  const { vin, location } = vehicle;
  const { data: past } = usePast(vin, lastDay);
  const stats = past && statsOf(past.intervals);
  const facts: [string, string][] = [
    ['Connected', past?.connectedShare === undefined ? '–' : share(past.connectedShare, 1, 2)],
    ['Disconnections', stats ? count(stats.disconnections) : '–'],
    ['Longest disconnection', lengthOf(past?.longestDisconnectedSeconds, (stats?.disconnections ?? 0) > 0)],
    ['Last position', location ? position(location.lat, location.lon) : '–'],
  ];
  return (
    <>
      <ReasonSentence vehicle={vehicle} />
      <Reason vehicle={vehicle} />
      <h3>Last 24 h</h3>
      <div className="panel-strip">
        {past && (
          <PastStrip key={vin} past={past} range={lastDay} height={32} count={lastDay.bars} axis={['24 h ago', 'now']}>
            {(told) => <p className="panel-told num">{told}</p>}
          </PastStrip>
        )}
      </div>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="num">{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
