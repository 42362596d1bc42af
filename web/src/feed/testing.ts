import type { Happened } from './feed';

/** The noon that tests count from, in milliseconds. */
export const noon = Date.UTC(2026, 10, 21, 12);
/** A second after that noon. */
export const iso = (second: number) => new Date(noon + second * 1000).toISOString();

/** The nth change of a log, at a second after noon. */
export function changed(n: number, second: number, more: Partial<Happened> = {}): Happened {
  return {
    position: `aaaaaaaa.${n}`,
    status: 'connected',
    statusBefore: 'disconnected',
    vin: `V${n}`,
    registrationNumber: `ABC ${n}`,
    customer: { id: 'c1', name: 'Johans Bulk AB' },
    at: iso(second),
    provedAt: iso(second),
    lastHeartbeat: iso(second),
    afterSeconds: 60,
    ...more,
  };
}
