import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** What is compressed already, the one page that the server writes into, and what budget.ts reads, stay as they are. */
const kept = /\.(woff2|gz)$|^index\.html$|^\.gitkeep$|^manifest\.json$/;

/**
 * Leaves only the .gz form of each file in the build, which is what web.go embeds: keeping both would double the binary.
 * It also puts back the file that lets `go build` work before there is a build.
 */
export function precompress(): Plugin {
  let out = '';
  return {
    name: 'fleetbeat-precompress',
    apply: 'build',
    configResolved(config) {
      out = join(config.root, config.build.outDir);
    },
    closeBundle() {
      writeFileSync(join(out, '.gitkeep'), '');
      for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || kept.test(entry.name)) continue;
        const file = join(entry.parentPath, entry.name);
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
        rmSync(file);
      }
    },
  };
}
