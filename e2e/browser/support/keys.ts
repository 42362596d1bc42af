import type { Server } from './server.ts';

/** Makes a key in the log of a server that does not run, and returns it. */
export async function makeKey(server: Server, name: string, ...scopes: string[]): Promise<string> {
  const log = await server.log();
  const out = await server.fleetbeat('keys', 'create', '--name', name, '--scopes', scopes.join(','), ...log);
  const key = /fb_[a-z0-9_]+/u.exec(out)?.[0];
  if (key === undefined) throw new Error(`keys create printed no key: ${out}`);
  return key;
}
