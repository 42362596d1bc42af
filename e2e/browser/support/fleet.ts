import { setTimeout as after } from 'node:timers/promises';
import type { Server } from './server.ts';

/** The customers of the classic fleet: those of `fleetbeat demo`. */
export const kalles = 'Kalles Grustransporter AB';
export const johans = 'Johans Bulk AB';
export const haralds = 'Haralds Värdetransporter AB';

/** The classic fleet, and how each of its vehicles stands once `classic` is done. */
export const fleet = [
  { vin: 'YS2R4X20005399401', plate: 'ABC123', customer: kalles, status: 'Connected' },
  { vin: 'VLUR4X20009093588', plate: 'DEF456', customer: kalles, status: 'Disconnected' },
  { vin: 'VLUR4X20009048066', plate: 'GHI789', customer: kalles, status: 'Never seen' },
  { vin: 'YS2R4X20005388011', plate: 'JKL012', customer: johans, status: 'Connected' },
  { vin: 'YS2R4X20005387949', plate: 'MNO345', customer: johans, status: 'Disconnected' },
  { vin: 'YS2R4X20005387765', plate: 'PQR678', customer: haralds, status: 'Connected' },
  { vin: 'YS2R4X20005387055', plate: 'STU901', customer: haralds, status: 'Disconnected' },
] as const;

/** Registers the classic fleet; no vehicle of it has pinged. */
export async function registered(server: Server): Promise<void> {
  const lines = fleet.map(({ vin, plate, customer }) => `${vin},${plate},${customer}`);
  await server.api.import(`vin,registration_number,customer\n${lines.join('\n')}\n`);
}

/**
 * Registers the classic fleet and brings each vehicle to its status, where it stays: those that are to be silent expect a
 * heartbeat each second and get one, the others expect one a day. No status changes while a suite looks at it.
 */
export async function classic(server: Server): Promise<void> {
  const lines = fleet.map(
    ({ vin, plate, customer, status }) => `${vin},${plate},${customer},${status === 'Disconnected' ? 1 : 86_400},0`,
  );
  const head = 'vin,registration_number,customer,interval_seconds,grace_seconds';
  await server.api.import(`${head}\n${lines.join('\n')}\n`);
  await server.api.pingAll(fleet.filter(({ status }) => status !== 'Never seen').map(({ vin }) => vin));
  await server.api.until('three vehicles of the fleet have gone silent', async () => {
    const { counts } = await server.api.vehicles();
    return counts.disconnected === 3 && counts.connected === 3 && counts.never_seen === 1;
  });
}

/** Plates of the classic fleet that are so, in the order of the alphabet. */
export function plates(so: (vehicle: (typeof fleet)[number]) => boolean): string[] {
  return fleet.filter(so).map(({ plate }) => plate);
}

/** Pings vehicles again and again, as they do, the same or others each time; what it returns lets them fall silent. */
export function pinging(
  server: Server,
  vins: readonly string[] | (() => readonly string[]),
  everyMs = 500,
): () => Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const done = (async () => {
    while (!signal.aborted) {
      await server.api.pingAll(typeof vins === 'function' ? vins() : vins).catch(() => undefined); // while a server is down its vehicles ping in vain
      await after(everyMs, undefined, { signal }).catch(() => undefined);
    }
  })();
  return () => {
    stop.abort();
    return done;
  };
}
