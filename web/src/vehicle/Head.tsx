import { Link } from '@tanstack/react-router';
import { address, type VehicleDetail } from '../api/client';
import { duration } from '../format/duration';
import { exactly, secondsSince } from '../format/time';
import { Mark, words } from '../marks/Mark';
import { Copy } from '../parts/Copy';
import { Reason } from '../parts/Reason';
import { useTime } from '../shell/time';
import { Edit } from './Edit';
import { ReasonSentence } from './ReasonSentence';

/** Which vehicle it is, its status, since when and why. */
export function Head({ vehicle }: { vehicle: VehicleDetail }) {
  const time = useTime();
  const { vin, registrationNumber, customer, status, since } = vehicle;
  return (
    <section aria-label="Status" className="vehicle-head">
      <div className="vehicle-name">
        <h1>{registrationNumber}</h1>
        <Edit vehicle={vehicle} />
      </div>
      <p className="vehicle-vin">
        <span className="mono">{vin}</span> <Copy key={vin} text={vin} label={`Copy ${vin}`} />
        <span className="dot" aria-hidden="true">
          ·
        </span>
        <Link to="/vehicles" search={{ customer: [customer.id] }} className="link">
          {customer.name}
        </Link>
      </p>
      <p className="vehicle-status">
        <Mark kind={status} size={20} />
        <b key={status} className="patched">
          {words[status]}
        </b>
        {since !== undefined && (
          <span className="num vehicle-since" title={exactly(since)}>
            since <b>{`${time.moment(since)} ${time.zoneName}`}</b>, <b>{duration(secondsSince(since, time.now))}</b>
          </span>
        )}
      </p>
      <ReasonSentence vehicle={vehicle} />
      <Reason vehicle={vehicle} />
      {status === 'never_seen' && <FirstPing vin={vin} />}
    </section>
  );
}

/** How the first heartbeat is sent by hand. */
function FirstPing({ vin }: { vin: string }) {
  const command = `curl -X POST ${address(`/heartbeat/${vin}`)}`;
  return (
    <div className="first-ping">
      <p>A device says that it is there like this; so can you, to try:</p>
      <p className="first-ping-line">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be reached by keyboard */}
        <code className="mono" tabIndex={0}>
          {command}
        </code>
        <Copy text={command} label="Copy the command" />
      </p>
    </div>
  );
}
