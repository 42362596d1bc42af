import { afterAll, afterEach, beforeAll, beforeEach, describe, type TestContext } from 'vitest';
import { type Browser, type ConsoleLine, startBrowser, unwanted } from './browser.ts';
import { keep } from './failures.ts';
import { missingBrowser, missingEngines } from './needs.ts';
import { Page } from './page.ts';
import { Server } from './server.ts';

/** What a suite runs against. */
export interface Setting {
  command?: 'serve' | 'demo';
  flags?: readonly string[];
  /** Runs before the server first starts. */
  before?: (server: Server) => Promise<void>;
  /** Runs once the server is ready, before the first test. */
  prepare?: (server: Server) => Promise<void>;
  /** Size of the page in CSS pixels; 1440 × 900 unless told. */
  size?: readonly [width: number, height: number];
  /** How long all that may take, in milliseconds, where it is much. */
  patience?: number;
}

/** A server and a browser, for the tests of one suite. */
export class World {
  readonly server: Server;
  #browser: Browser | undefined;
  #page: Page | undefined;
  #lines: ConsoleLine[] = [];
  readonly #others: Server[] = [];
  /** What the console may say in this test, because the test brings it about. */
  expected: RegExp[] = [];

  constructor(server: Server) {
    this.server = server;
  }

  get page(): Page {
    if (this.#page === undefined) throw new Error('the browser has not started');
    return this.#page;
  }

  async open([width, height]: readonly [number, number]): Promise<void> {
    this.#browser = await startBrowser();
    this.#page = new Page(this.#browser.driver, () => this.server.base);
    await this.#page.resize(width, height);
  }

  /** Forgets what was said before a test, and leaves a page that was to complain: it may do so yet. */
  async begin(): Promise<void> {
    if (this.expected.length > 0) await this.#page?.open('/livez').catch(() => undefined); // nobody may be there
    await this.#browser?.console();
    this.#lines = [];
    this.expected = [];
  }

  /** Keeps what a failed test looked like; and makes one fail whose page complained. */
  async end({ task }: TestContext): Promise<void> {
    this.#lines.push(...((await this.#browser?.console().catch(() => [])) ?? []));
    const complaints = unwanted(this.#lines, this.expected);
    if (task.result?.state === 'fail' || complaints.length > 0) {
      const folder = keep(`${task.suite?.name ?? ''} ${task.name}`, {
        screenshot: await this.#page?.driver.takeScreenshot().catch(() => undefined),
        html: await this.#page?.driver.getPageSource().catch(() => undefined),
        console: this.#lines.map(({ level, text }) => `${level} ${text}`),
        server: [this.server, ...this.#others].map(({ said }) => said).join('\n'),
      });
      process.stderr.write(`failed: ${task.name}\n  kept: ${folder}\n`);
    }
    if (complaints.length > 0) throw new Error(`the browser's console complained:\n${complaints.join('\n')}`);
  }

  /** Starts one more server, of the same life as the suite. */
  async another(setting: Omit<Setting, 'size'>): Promise<Server> {
    const server = new Server(setting.command ?? 'serve', setting.flags ?? []);
    this.#others.push(server);
    await setting.before?.(server);
    await server.start();
    await setting.prepare?.(server);
    return server;
  }

  async close(): Promise<void> {
    try {
      await this.#browser?.quit();
    } finally {
      for (const each of [this.server, ...this.#others]) await each.remove();
    }
  }
}

/** Tests that share a server of their own and a browser. Without a browser or engines on this machine they are skipped, as global.ts says. */
export function suite(name: string, setting: Setting, tests: (world: World) => void): void {
  describe.skipIf([...missingBrowser(), ...missingEngines()].length > 0)(name, () => {
    const world = new World(new Server(setting.command ?? 'serve', setting.flags ?? []));
    beforeAll(async () => {
      await setting.before?.(world.server);
      await Promise.all([
        world.server.start().then(() => setting.prepare?.(world.server)),
        world.open(setting.size ?? [1440, 900]),
      ]);
    }, setting.patience);
    beforeEach(() => world.begin());
    afterEach((context) => world.end(context));
    afterAll(() => world.close());
    tests(world);
  });
}
