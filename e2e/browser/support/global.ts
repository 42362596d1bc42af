import { rmSync } from 'node:fs';
import { failures } from './failures.ts';
import { browserRequired, missingBrowser, requireBinary } from './needs.ts';

/** Looks once, before all suites, whether they can run at all. */
export default function setup(): void {
  rmSync(failures, { recursive: true, force: true }); // of an earlier run: they would be taken for this one's
  const missing = missingBrowser();
  if (missing.length === 0) {
    requireBinary();
    return;
  }
  const said = `the browser suites need ${missing.join(' and ')} (Debian: chromium, chromium-driver)`;
  if (browserRequired()) throw new Error(said);
  process.stderr.write(`\nSKIPPED: ${said}\n\n`);
}
