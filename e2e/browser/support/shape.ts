import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { programs } from './needs.ts';

/** What one server needs of the engines that `testengines run` started: a log, an index and a database of its own. */
export class Share {
  readonly flags: readonly string[];
  readonly #keeper: ChildProcess;

  private constructor(keeper: ChildProcess, flags: readonly string[]) {
    this.#keeper = keeper;
    this.flags = flags;
  }

  /** The flags that name the log alone. */
  get log(): readonly string[] {
    const at = this.flags.indexOf('--events');
    return this.flags.slice(at, at + 2);
  }

  static async make(): Promise<Share> {
    const keeper = spawn(programs.testengines, ['share'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    keeper.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const flags = await new Promise<string[]>((resolve, reject) => {
      createInterface({ input: keeper.stdout }).once('line', (line) => resolve(JSON.parse(line) as string[]));
      keeper.once('error', reject);
      keeper.once('close', (code) => reject(new Error(`testengines share ended with ${String(code)}: ${said}`)));
    });
    return new Share(keeper, flags);
  }

  /** Lets go of it: what it holds is removed then, also where this process just ends. */
  async remove(): Promise<void> {
    const ended = once(this.#keeper, 'exit');
    this.#keeper.stdin?.end();
    await ended;
  }
}
