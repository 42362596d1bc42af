import { accessSync, constants, existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where the programs are that the suites run. */
export const programs = {
  chromium: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  chromedriver: process.env['CHROMEDRIVER'] ?? '/usr/bin/chromedriver',
  fleetbeat: resolve(process.env['FLEETBEAT_BINARY'] ?? `${import.meta.dirname}/../../../bin/fleetbeat`),
};

/** The browser's programs that are missing on this machine. */
export function missingBrowser(): string[] {
  return [programs.chromium, programs.chromedriver].filter((path) => !existsSync(path));
}

/** Whether a browser may not be missing: `make test` of a laptop goes on without, CI does not. */
export function browserRequired(): boolean {
  return (process.env['REQUIRE_ENGINES'] ?? '').split(',').includes('browser');
}

/** Throws unless the binary is there and may be run. */
export function requireBinary(): void {
  try {
    accessSync(programs.fleetbeat, constants.X_OK);
  } catch {
    throw new Error(`there is no ${programs.fleetbeat}: run make build, or name another by FLEETBEAT_BINARY`);
  }
}
