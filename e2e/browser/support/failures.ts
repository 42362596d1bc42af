import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where what a failed test looked like is kept. It is emptied when suites start. */
export const failures = join(import.meta.dirname, '..', 'failures');

/** What is kept of a failed test. */
export interface Evidence {
  /** PNG in base64. */
  screenshot: string | undefined;
  html: string | undefined;
  console: readonly string[];
  server: string;
}

/** Writes down how a test failed and returns the folder. */
export function keep(test: string, evidence: Evidence): string {
  const folder = join(failures, test.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 120));
  mkdirSync(folder, { recursive: true });
  if (evidence.screenshot !== undefined)
    writeFileSync(join(folder, 'page.png'), Buffer.from(evidence.screenshot, 'base64'));
  if (evidence.html !== undefined) writeFileSync(join(folder, 'page.html'), evidence.html);
  writeFileSync(join(folder, 'console.log'), evidence.console.map((line) => `${line}\n`).join(''));
  writeFileSync(join(folder, 'server.log'), evidence.server);
  return folder;
}
