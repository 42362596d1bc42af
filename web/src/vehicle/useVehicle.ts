import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, client, type Timeline, type VehicleDetail } from '../api/client';
import type { Freshness } from '../live/freshness';
import { liveEvery, useWorld } from '../shell/live';
import { type Range, ranges } from './range';
import { joined, type Past, windowOf } from './timeline';

const keyOf = (vin: string) => ['live', 'vehicle', vin] as const;

async function readVehicle(vin: string, freshness: Freshness, signal: AbortSignal): Promise<VehicleDetail> {
  const vehicle = await answered(client.GET('/api/v1/vehicles/{vin}', { params: { path: { vin } }, signal }));
  freshness.saw(vehicle);
  return vehicle;
}

/** A vehicle as it is now. */
export function useVehicle(vin: string) {
  const { freshness } = useWorld();
  return useQuery({
    queryKey: keyOf(vin),
    queryFn: ({ signal }) => readVehicle(vin, freshness, signal),
    refetchInterval: liveEvery,
  });
}

/** Reads a vehicle that may be looked at next, so that stepping through a list shows no blank page. */
export function useReadAhead(): (vin: string) => void {
  const queries = useQueryClient();
  const { freshness } = useWorld();
  return (vin) =>
    void queries
      .query({
        queryKey: keyOf(vin),
        queryFn: ({ signal }) => readVehicle(vin, freshness, signal),
        staleTime: 10_000,
      })
      .catch(() => undefined); // whoever opens it asks again, and says what is wrong
}

/** The most list pages of a past that are read, of 200 intervals each: a vehicle that flaps every minute has 43,000 in 30 days. */
const mostPages = 25;
const pageSize = 200;
const most = mostPages * pageSize;
/** A strip changes with every transition, which is told; between them only its last bar grows. */
const pastEvery = 5000;

/** A past as the screens show it: what the service says of the whole window, and its intervals, newest first. */
export interface KnownPast extends Past {
  to: number;
  asOf: string;
  connectedShare: number | undefined;
  longestDisconnectedSeconds: number;
}

/** A vehicle's past in a range, up to now. */
export function usePast(vin: string, range: Range, enabled = true) {
  const { freshness } = useWorld();
  const queries = useQueryClient();
  const queryKey = ['live', 'past', vin, range.value];
  return useQuery({
    queryKey,
    queryFn: ({ signal }) => readPast(vin, range, { freshness, queries, queryKey, signal }),
    enabled,
    refetchInterval: pastEvery,
  });
}

interface Reading {
  freshness: Freshness;
  queries: QueryClient;
  queryKey: readonly unknown[];
  signal: AbortSignal;
}

/** Reads the newest list page, and what lies before it only where it is not known yet. */
async function readPast(
  vin: string,
  range: Range,
  { freshness, queries, queryKey, signal }: Reading,
): Promise<KnownPast> {
  const newest = freshness.newest();
  const now = newest ? Date.parse(newest.asOf) + Date.now() - newest.at : Date.now();
  const window = windowOf(range, now);
  const ask = async (cursor?: string): Promise<Timeline> => {
    const query = { from: new Date(window.from).toISOString(), limit: pageSize, ...(cursor && { cursor }) };
    return await answered(client.GET('/api/v1/vehicles/{vin}/timeline', { params: { path: { vin }, query }, signal }));
  };
  const first = await ask();
  freshness.saw(first);
  const known = (past: Past): KnownPast => ({
    ...window,
    ...past,
    asOf: first.asOf,
    connectedShare: first.connectedShare,
    longestDisconnectedSeconds: first.longestDisconnectedSeconds,
  });
  const { from } = window;
  if (first.next === undefined) return known({ from, intervals: first.intervals, cut: false });
  const before = joined(first.intervals, queries.getQueryData<KnownPast>(queryKey), window.from, most);
  if (before) return known(before);
  const intervals = [...first.intervals];
  let next: string | undefined = first.next;
  for (let pages = 1; next !== undefined && pages < mostPages; pages++) {
    const page = await ask(next);
    intervals.push(...page.intervals);
    next = page.next;
  }
  return known({ from, intervals, cut: next !== undefined });
}

/** The range of the panel. */
export const lastDay = ranges[1];
