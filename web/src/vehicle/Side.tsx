import { IconExternalLink } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { VehicleDetail } from '../api/client';
import { duration, setting } from '../format/duration';
import { position } from '../format/number';
import { day, exactly, secondsSince } from '../format/time';
import { Copy } from '../parts/Copy';
import { useTime } from '../shell/time';
import { Also } from './Also';
import { TicketButton } from './TicketButton';

/** What is known of a vehicle beside its contact. */
export function Side({ vehicle }: { vehicle: VehicleDetail }) {
  return (
    <aside className="vehicle-side" aria-label="Facts">
      <LastPosition vehicle={vehicle} />
      <Readings vehicle={vehicle} />
      <Facts vehicle={vehicle} />
      <Also vehicle={vehicle} />
      <TicketButton key={vehicle.vin} vehicle={vehicle} />
    </aside>
  );
}

function LastPosition({ vehicle: { location, lastHeartbeat } }: { vehicle: VehicleDetail }) {
  const time = useTime();
  if (location === undefined)
    return (
      <section>
        <h2>Last position</h2>
        <p className="faint">None was ever sent.</p>
      </section>
    );
  const words = position(location.lat, location.lon);
  const pin = `${location.lat.toFixed(5)}&mlon=${location.lon.toFixed(5)}`;
  const with_ = location.at === lastHeartbeat ? 'Sent with the heartbeat of' : 'Measured';
  return (
    <section>
      <h2>Last position</h2>
      <p className="num position">{words}</p>
      <p className="faint num" title={exactly(location.at)}>
        {with_} {time.moment(location.at)}, {duration(secondsSince(location.at, time.now))} ago
      </p>
      <p className="position-actions">
        <Copy key={words} text={`${location.lat}, ${location.lon}`} label={`Copy position ${words}`}>
          Copy position
        </Copy>
        <a
          className="link"
          href={`https://www.openstreetmap.org/?mlat=${pin}#map=14/${location.lat.toFixed(5)}/${location.lon.toFixed(5)}`}
          target="_blank"
          rel="noreferrer"
        >
          Open in maps <IconExternalLink size={14} stroke={1.5} />
          <span className="visually-hidden"> (openstreetmap.org, a new tab)</span>
        </a>
      </p>
    </section>
  );
}

/** engine_temperature → Engine temperature. */
const spoken = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
const value = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });

function Readings({ vehicle: { readings } }: { vehicle: VehicleDetail }) {
  const time = useTime();
  const all = Object.entries(readings ?? {}).toSorted(([a], [b]) => a.localeCompare(b));
  if (all.length === 0) return null;
  return (
    <section>
      <h2>Readings</h2>
      <dl>
        {all.map(([name, { value: is, at }]) => (
          <div key={name}>
            <dt>{spoken(name)}</dt>
            <dd className="num" title={exactly(at)}>
              {value.format(is)} <span className="faint">{duration(secondsSince(at, time.now))} ago</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const sources = { global: 'global', customer: 'set for the customer', vehicle: 'set for this vehicle' } as const;

function Facts({ vehicle }: { vehicle: VehicleDetail }) {
  const time = useTime();
  const { customer, reason, registeredAt, firstHeartbeat } = vehicle;
  const on = (iso: string) => day(iso, new Date(time.now), time.zone, true);
  return (
    <section>
      <h2>Facts</h2>
      <dl>
        <div>
          <dt>Customer</dt>
          <dd>
            <Link to="/vehicles" search={{ customer: [customer.id] }} className="link">
              {customer.name}
            </Link>
          </dd>
        </div>
        <div>
          <dt>Interval</dt>
          <dd className="num">
            {setting(reason.intervalSeconds)} <span className="faint">{sources[reason.intervalFrom]}</span>
          </dd>
        </div>
        <div>
          <dt>Grace</dt>
          <dd className="num">
            {setting(reason.graceSeconds)} <span className="faint">{sources[reason.graceFrom]}</span>
          </dd>
        </div>
        <div>
          <dt>Registered</dt>
          <dd className="num" title={exactly(registeredAt)}>
            {on(registeredAt)}
          </dd>
        </div>
        <div>
          <dt>First heard</dt>
          <dd className="num" title={firstHeartbeat && exactly(firstHeartbeat)}>
            {firstHeartbeat === undefined ? '–' : time.moment(firstHeartbeat)}
          </dd>
        </div>
      </dl>
    </section>
  );
}
