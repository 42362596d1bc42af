import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from './api.ts';
import { clustered, programs } from './needs.ts';
import { Share } from './shape.ts';

/** A fleetbeat process on a folder of its own, and on a port that stays the same over restarts. */
export class Server {
  /** http://127.0.0.1:port */
  base = '';
  readonly data = mkdtempSync(join(tmpdir(), 'fleetbeat-browser-'));
  readonly api: Api = new Api(() => this.base);
  readonly #command: string;
  readonly #flags: readonly string[];
  #process: ChildProcess | undefined;
  #share: Share | undefined;
  #said = '';
  readonly #kill = () => this.#process?.kill('SIGKILL');

  constructor(command: 'serve' | 'demo', flags: readonly string[]) {
    this.#command = command;
    this.#flags = flags;
    process.once('exit', this.#kill); // a worker that ends by an error leaves no server behind
  }

  /** All that its lives printed. */
  get said(): string {
    return this.#said;
  }

  /** Starts it, or starts it again, and waits until it is ready. */
  async start(): Promise<void> {
    const listen = this.base === '' ? '127.0.0.1:0' : new URL(this.base).host;
    const before = this.#said.length;
    const engines = (await this.#engines())?.flags ?? [];
    const flags = ['--listen', listen, '--data', this.data, '--log-format', 'json', ...engines, ...this.#flags];
    const args = [this.#command, ...flags];
    const child = spawn(programs.fleetbeat, args, { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    const heard = new Promise<string>((resolve, reject) => {
      const more = (chunk: Buffer) => {
        this.#said += chunk.toString();
        const address = /"fleetbeat serves".*?"address":"([^"]+)"/u.exec(this.#said.slice(before))?.[1];
        if (address !== undefined) resolve(`http://${address}`);
      };
      child.stdout.on('data', more);
      child.stderr.on('data', more);
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`fleetbeat ended with ${String(code)}:\n${this.#said}`)));
    });
    this.base = await heard;
    await this.api.until('the server is ready', async () => (await this.api.status('/readyz')) === 200);
  }

  /** The flags by which a subcommand finds its log. */
  async log(): Promise<readonly string[]> {
    return (await this.#engines())?.log ?? ['--data', this.data];
  }

  /** What it has of the engines; nothing on SQLite. */
  async #engines(): Promise<Share | undefined> {
    if (clustered) this.#share ??= await Share.make();
    return this.#share;
  }

  /** Ends it without a word, as a power cut does. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Ends it and removes its folder. */
  async remove(): Promise<void> {
    await this.kill();
    process.off('exit', this.#kill);
    await this.#share?.remove();
    rmSync(this.data, { recursive: true, force: true });
  }

  /** Runs a subcommand of the same binary to its end and returns what it printed. */
  async fleetbeat(...args: string[]): Promise<string> {
    const child = spawn(programs.fleetbeat, args, { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`fleetbeat ${args.join(' ')} ended with ${String(code)}: ${err}${out}`);
    return out;
  }
}
