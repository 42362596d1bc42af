import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Vehicles } from './api.ts';
import type { Server } from './server.ts';

/** How many vehicles a large fleet has. */
export const large = 100_000;

const places = ['Malmö', 'Umeå', 'Södertälje', 'Göteborg', 'Kiruna', 'Visby', 'Örebro', 'Lund', 'Falun', 'Gävle'];
const trades = ['Åkeri', 'Bulk', 'Frakt', 'Grus', 'Kyla', 'Mjölk', 'Paket', 'Skog', 'Timmer', 'Värdetransporter'];
const names = ['Almgren', 'Bergström', 'Carlsson', 'Dahl', 'Ekman'];
const makers = ['YS2R4X20', 'VLUR4X20', 'WDBBZLFJ', 'YV2RT40A', 'XLRTE47M'];

/** The VINs of the large fleet, in the order of its registration. */
export function largeFleet(): string[] {
  return Array.from({ length: large }, (_, i) => {
    const serial = ((i * 7_919_317) % 900_000_000) + 100_000_000; // spread, and none twice: the step has no factor in common
    return `${makers[i % makers.length] ?? ''}${serial}`;
  });
}

/**
 * Registers 100,000 vehicles of 500 customers by `fleetbeat import`, three times as fast as a simulation registers them, and
 * lets them ping once: 1 in 50 is silent thereafter, 1 in 100 has never been heard.
 */
export async function fill(server: Server): Promise<void> {
  const vins = largeFleet();
  const lines = vins.map((vin, i) => {
    const c = (i * 31) % 500;
    const customer = `${names[c % 5] ?? ''}s ${trades[Math.floor(c / 5) % 10] ?? ''} i ${places[Math.floor(c / 50)] ?? ''} AB`;
    const plate = `${String.fromCharCode(65 + (i % 23), 65 + (Math.floor(i / 23) % 23))}${String(i).padStart(6, '0')}`;
    return `${vin},${plate},${customer},${silent(i) ? 1 : 86_400},0`;
  });
  const file = join(server.data, 'fleet.csv');
  writeFileSync(file, `vin,registration_number,customer,interval_seconds,grace_seconds\n${lines.join('\n')}\n`);
  await server.fleetbeat('import', file, '--target', server.base);
  await server.api.pingAll(vins.filter((_, i) => i % 100 !== 7));
  const stands = async () => {
    const { counts } = await server.api.json<Vehicles>('GET', '/api/v1/vehicles?limit=1');
    return counts.never_seen === large / 100 && counts.disconnected === large / 50;
  };
  await server.api.until('the fleet stands as it shall', stands, { patience: 480_000, every: 500 });
}

function silent(i: number): boolean {
  return i % 50 === 3;
}

/** Vehicles of the large fleet that ping in turns, so that each does so once a minute at two calls a second. */
export function inTurns(): () => string[] {
  const vins = largeFleet().filter((_, i) => !silent(i) && i % 100 !== 7);
  const size = Math.ceil(vins.length / 120);
  let at = 0;
  return () => {
    const some = vins.slice(at, at + size);
    at = at + size >= vins.length ? 0 : at + size;
    return some;
  };
}
