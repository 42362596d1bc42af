import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, it } from 'vitest';
import { classic, plates } from '../support/fleet.ts';
import { suite } from '../support/suite.ts';

const web = `${import.meta.dirname}/../../../web`;

suite('make dev', { prepare: classic }, (world) => {
  let vite: ChildProcess | undefined;
  let base = '';
  beforeAll(async () => {
    const args = ['node_modules/vite/bin/vite.js', '--port', '0', '--clearScreen', 'false'];
    const env = { ...process.env, FLEETBEAT_API: world.server.base, NO_COLOR: '1' };
    const child = spawn(process.execPath, args, { cwd: web, env, stdio: ['ignore', 'pipe', 'inherit'] });
    vite = child;
    base = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const address = /http:\/\/(?:localhost|127\.0\.0\.1):\d+/u.exec(said)?.[0];
        if (address !== undefined) resolve(address);
      });
      child.once('exit', (code) => reject(new Error(`vite ended with ${String(code)}: ${said}`)));
    });
  });
  afterAll(async () => {
    if (vite === undefined || vite.exitCode !== null) return;
    const ended = once(vite, 'exit');
    vite.kill();
    await ended;
  });

  it('shows the sources against a running Fleetbeat, its stream too', async () => {
    const { page } = world;
    await page.open(`${base}/vehicles`);
    await page.untilPlates(plates(() => true));
    await page.see(/\bLive\b \d/u);
  });
});
