import { useLocalStorage } from '@mantine/hooks';
import { moment, type Zone } from '../format/time';
import { useNow } from './clock';
import { useWorld } from './live';

/** The zone that this browser's times are shown in, and what changes it, in all its tabs. */
export function useZone(): [Zone, (zone: Zone) => void] {
  const [zone, setZone] = useLocalStorage<Zone>({
    key: 'fleetbeat-zone',
    defaultValue: 'utc',
    getInitialValueInEffect: false,
    serialize: (each) => each,
    deserialize: (text) => (text === 'local' ? 'local' : 'utc'),
  });
  return [zone, setZone];
}

/** Time as screens show it. */
export interface Time {
  /** The service's time in milliseconds, renewed each second: ages are counted from its clock, not from this browser's. */
  now: number;
  zone: Zone;
  /** What the zone is called: UTC, or local. Named once a view. */
  zoneName: string;
  /** A moment in the zone: today 14:03:41, else with its day. */
  moment: (iso: string | undefined) => string;
}

/** The time, ticking. */
export function useTime(): Time {
  const newest = useWorld().freshness.newest();
  const now = useNow() + (newest === undefined ? 0 : Date.parse(newest.asOf) - newest.at);
  const [zone] = useZone();
  return {
    now,
    zone,
    zoneName: zone === 'utc' ? 'UTC' : 'local',
    moment: (iso) => moment(iso, new Date(now), zone),
  };
}
