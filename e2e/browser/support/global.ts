import { rmSync } from 'node:fs';
import { failures } from './failures.ts';
import { missingBrowser, missingEngines, requireBinary, required } from './needs.ts';

/** Looks once, before all suites, whether they can run at all. */
export default function setup(): void {
  rmSync(failures, { recursive: true, force: true }); // of an earlier run: they would be taken for this one's
  const browser = missingBrowser();
  const engines = missingEngines();
  if (browser.length === 0 && engines.length === 0) {
    requireBinary();
    return;
  }
  const said = [
    ...(browser.length > 0 ? [`a browser: ${browser.join(' and ')} (Debian: chromium, chromium-driver)`] : []),
    ...(engines.length > 0 ? [`${engines.join(' and ')} (testengines run)`] : []),
  ].map((what) => `the browser suites need ${what}`);
  if ((browser.length > 0 && required('browser')) || engines.some(required)) throw new Error(said.join('; '));
  process.stderr.write(`\nSKIPPED: ${said.join('; ')}\n\n`);
}
