import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Manifest, Plugin } from 'vite';

/** What the dashboard may weigh, in bytes as they are sent: compressed, fonts as they are. */
export const budgets = {
  /** All that a browser loads before a screen shows, from nothing. */
  firstLoad: 250 * 1024,
  /** A chunk that is loaded when something asks for it. */
  lazy: 60_000,
  /** Lines and bands, and what draws them. */
  charts: 25_000,
  /** The whole build, as it is embedded in the binary. */
  embedded: 1_000_000,
} as const;

/** A line of the report: what weighs how much, and how much it may. */
export interface Weight {
  what: string;
  bytes: number;
  budget?: number;
}

/** A build as it is weighed: Vite's manifest, and the bytes of each file by its path in the build. */
export interface Build {
  manifest: Manifest;
  /** As it is sent and embedded. */
  files: ReadonlyMap<string, number>;
}

const screen = /Page\.tsx$/;
const charts = /uplot|chart/i;
const latin = /geist(-mono)?-latin-wght/;

/** Weighs a build. It throws where the build lacks what has to be in it: a check that finds nothing proves nothing. */
export function weigh({ manifest, files }: Build): Weight[] {
  const size = (file: string) => {
    const bytes = files.get(file);
    if (bytes === undefined) throw new Error(`the build has no ${file}, which its manifest names`);
    return bytes;
  };
  const sum = (some: Iterable<string>) => [...new Set(some)].reduce((total, file) => total + size(file), 0);
  const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry);
  if (entry === undefined) throw new Error('the manifest names no entry');
  const eager = loaded(manifest, entry);
  const shell = [
    ...eager,
    ...named(files, /^[^/]+$/), // index.html, boot.js, the icon
    ...named(files, /^assets\/worker-/),
    ...named(files, latin),
  ];
  if (named(files, latin).length !== 2)
    throw new Error('the build has not just two Latin fonts: what does text look like?');
  const screens = Object.keys(manifest).filter((key) => manifest[key]?.isDynamicEntry && screen.test(key));
  if (screens.length === 0) throw new Error('the manifest names no screen (…Page.tsx)');
  const lazy = [...files.keys()].filter((file) => /^assets\/.*\.(js|css)$/.test(file) && !shell.includes(file));
  return [
    ...eager.map((file) => ({ what: `eager ${file}`, bytes: size(file) })),
    ...lazy.map((file) => ({
      what: `lazy ${file}`,
      bytes: size(file),
      budget: charts.test(file) ? budgets.charts : budgets.lazy,
    })),
    ...screens.map((key) => ({
      what: `first load of ${key.replace(/^.*\/|\.tsx$/g, '')}`,
      bytes: sum([...shell, ...loaded(manifest, key)]),
      budget: budgets.firstLoad,
    })),
    { what: 'embedded', bytes: sum(files.keys()), budget: budgets.embedded },
  ];
}

/** The files that a chunk needs before it runs: itself, what it imports, and their styles. */
function loaded(manifest: Manifest, key: string, seen = new Set<string>()): string[] {
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`the manifest has no ${key}, which another chunk imports`);
  if (seen.has(key)) return [];
  seen.add(key);
  const below = (chunk.imports ?? []).flatMap((each) => loaded(manifest, each, seen));
  return [...new Set([chunk.file, ...(chunk.css ?? []), ...below])];
}

function named(files: ReadonlyMap<string, number>, pattern: RegExp): string[] {
  return [...files.keys()].filter((file) => pattern.test(file));
}

/** What is over its budget, a sentence each. */
export function over(weights: readonly Weight[]): string[] {
  return weights
    .filter(({ bytes, budget }) => budget !== undefined && bytes > budget)
    .map(({ what, bytes, budget }) => `${what}: ${kB(bytes)}, and may be ${kB(budget ?? 0)}`);
}

/** The report as it is printed. */
export function report(weights: readonly Weight[]): string {
  return weights
    .toSorted((a, b) => Number(a.budget !== undefined) - Number(b.budget !== undefined))
    .map(
      ({ what, bytes, budget }) =>
        `${kB(bytes).padStart(10)}  ${(budget ? `of ${kB(budget)}` : '').padEnd(13)}  ${what}`,
    )
    .join('\n');
}

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

/** Prints what each chunk of a build weighs, and fails the build where it is too much. It is to run after precompress. */
export function budget(): Plugin {
  let out = '';
  return {
    name: 'fleetbeat-budget',
    apply: 'build',
    config: () => ({ build: { manifest: true } }),
    configResolved(config) {
      out = join(config.root, config.build.outDir);
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        const weights = weigh(read(out));
        rmSync(join(out, '.vite'), { recursive: true }); // nobody asks a server for it: it is not to be embedded
        this.info(`compressed sizes\n${report(weights)}`);
        const heavy = over(weights);
        if (heavy.length === 0) return;
        rmSync(join(out, 'index.html')); // make would take the folder for a build that passed
        this.error(`over the budget of the dashboard\n${heavy.join('\n')}`);
      },
    },
  };
}

/** Reads a build from its folder, where precompress left the .gz form of most files. */
export function read(out: string): Build {
  const manifest = JSON.parse(readFileSync(join(out, '.vite', 'manifest.json'), 'utf8')) as Manifest;
  const files = new Map<string, number>();
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const name = file.slice(out.length + 1);
    if (!entry.isFile() || name.startsWith('.')) continue; // the manifest itself, .gitkeep
    const sent = name === 'index.html' ? gzipSync(readFileSync(file), { level: 9 }).length : statSync(file).size;
    files.set(name.replace(/\.gz$/, ''), sent);
  }
  return { manifest, files };
}
