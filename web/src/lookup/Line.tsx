import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { LookedUp, Vehicle } from '../api/client';
import { duration } from '../format/duration';
import { exactly, secondsSince } from '../format/time';
import { StatusWord } from '../marks/Mark';

interface Props {
  item: LookedUp;
  /** One of those that the name means; none where it is unknown. */
  vehicle: Vehicle | undefined;
  /** The moment that ages are counted to, in milliseconds. */
  now: number;
}

/** One name of the text with one vehicle that it means. */
export const Line = memo(function Line({ item, vehicle, now }: Props) {
  return (
    <tr>
      <td className="pasted" title={item.text}>
        {item.text} {item.duplicate && <span className="faint">again</span>}
        {item.vehicles.length > 1 && <span className="faint"> one of {item.vehicles.length}</span>}
      </td>
      {vehicle ? (
        <Known vehicle={vehicle} now={now} />
      ) : (
        <td colSpan={6} className="faint">
          unknown
        </td>
      )}
    </tr>
  );
});

function Known({ vehicle, now }: { vehicle: Vehicle; now: number }) {
  const { vin, registrationNumber, customer, status, since, lastHeartbeat } = vehicle;
  return (
    <>
      <td>
        <StatusWord kind={status} />
      </td>
      <td>
        <Link to="/vehicles/$vin" params={{ vin }} className="plate">
          {registrationNumber}
        </Link>
      </td>
      <td className="mono">{vin}</td>
      <td className="lookup-customer" title={customer.name}>
        {customer.name}
      </td>
      <td className="num right" title={lastHeartbeat && exactly(lastHeartbeat)}>
        {lastHeartbeat === undefined ? '–' : duration(secondsSince(lastHeartbeat, now))}
      </td>
      <td className="num right" title={since && exactly(since)}>
        {since === undefined ? '–' : duration(secondsSince(since, now))}
      </td>
    </>
  );
}
