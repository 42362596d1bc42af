import type { Session } from '../api/client';

/** What a key may permit. */
export type Scope = NonNullable<Session['scopes']>[number];

/** The scopes, and what each permits in words. */
export const scopes: readonly { scope: Scope; permits: string }[] = [
  { scope: 'ingest', permits: 'Send heartbeats. Read nothing: for vehicles and gateways.' },
  { scope: 'read', permits: 'See vehicles, customers and changes. Change nothing: for people and scripts that watch.' },
  { scope: 'admin', permits: 'Everything: register, change, import, settings and keys.' },
];

/** Whether scopes permit what needs one. Admin is everything. */
export function permits(given: readonly Scope[] | undefined, needed: Scope): boolean {
  return given !== undefined && (given.includes(needed) || given.includes('admin'));
}

/** Whether who asks is told of vehicles at all. */
export function mayRead({ needed, scopes }: Session): boolean {
  return !needed || permits(scopes, 'read');
}

/** Whether the service wants a key and has none that it knows: who asks is nobody. */
export function isNobody({ needed, scopes }: Session): boolean {
  return needed && scopes === undefined;
}
