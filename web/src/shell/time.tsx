import { useLocalStorage } from '@mantine/hooks';
import { useMemo } from 'react';
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

/** What this browser's zone is called at a moment: CET, CEST, GMT+9. Where it never differs from UTC it is called UTC. */
export function localZone(at: Date): string {
  if (at.getTimezoneOffset() === 0 && ['UTC', 'Etc/UTC'].includes(Intl.DateTimeFormat().resolvedOptions().timeZone))
    return 'UTC';
  const parts = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' }).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'local';
}

/** Time as screens show it. */
export interface Time {
  /** The service's time in milliseconds, renewed each second: ages are counted from its clock, not from this browser's. */
  now: number;
  zone: Zone;
  /** What the zone is called: UTC, or like CET. Named once a view. */
  zoneName: string;
  /** A moment in the zone: today 14:03:41, else with its day. */
  moment: (iso: string | undefined) => string;
}

/** The time, ticking. */
export function useTime(): Time {
  const newest = useWorld().freshness.newest();
  const now = useNow() + (newest === undefined ? 0 : Date.parse(newest.asOf) - newest.at);
  const [zone] = useZone();
  // The same time is the same object: rows that are told it again are not painted again.
  return useMemo(
    () => ({
      now,
      zone,
      zoneName: zone === 'utc' ? 'UTC' : localZone(new Date(now)),
      moment: (iso) => moment(iso, new Date(now), zone),
    }),
    [now, zone],
  );
}
