import { accessSync, constants, existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where the programs are that the suites run. */
export const programs = {
  chromium: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  chromedriver: process.env['CHROMEDRIVER'] ?? '/usr/bin/chromedriver',
  fleetbeat: resolve(process.env['FLEETBEAT_BINARY'] ?? `${import.meta.dirname}/../../../bin/fleetbeat`),
  testengines: resolve(`${import.meta.dirname}/../../../.cache/bin/testengines`),
};

/** The browser's programs that are missing on this machine. */
export function missingBrowser(): string[] {
  return [programs.chromium, programs.chromedriver].filter((path) => !existsSync(path));
}

/** Whether the servers run on engines by URL. Without it they run on SQLite, in one folder each. */
export const clustered = process.env['FLEETBEAT_E2E_SHAPE'] === 'clustered';

/** The engines that are missing, where the servers are to run on them. `testengines run` starts them around the suites. */
export function missingEngines(): string[] {
  const variables = { postgres: 'POSTGRES_TEST_URL', elasticsearch: 'ELASTICSEARCH_TEST_URL' };
  return Object.entries(variables).flatMap(([engine, name]) => (clustered && !process.env[name] ? [engine] : []));
}

/** Whether something may not be missing: `make test` of a laptop goes on without, CI does not. */
export function required(name: string): boolean {
  return (process.env['REQUIRE_ENGINES'] ?? '').split(',').includes(name);
}

/** Throws unless the binary is there and may be run. */
export function requireBinary(): void {
  try {
    accessSync(programs.fleetbeat, constants.X_OK);
  } catch {
    throw new Error(`there is no ${programs.fleetbeat}: run make build, or name another by FLEETBEAT_BINARY`);
  }
}
