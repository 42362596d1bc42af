import { useNow } from './clock';
import { localZone, useZone } from './time';

/** Says which zone times are in, and switches between UTC and this browser's; where that is UTC there is nothing to switch. */
export function ZoneSwitch() {
  const [zone, setZone] = useZone();
  const local = localZone(new Date(useNow()));
  if (local === 'UTC')
    return (
      <span className="zone faint" title="All times are in UTC">
        UTC
      </span>
    );
  const [name, other] = zone === 'utc' ? ['UTC', local] : [local, 'UTC'];
  return (
    <button
      type="button"
      className="zone zone-switch"
      aria-label={`Times are in ${name}: show ${other}`}
      title={`Times are in ${name}. Show ${other}`}
      onClick={() => setZone(zone === 'utc' ? 'local' : 'utc')}
    >
      {name}
    </button>
  );
}
