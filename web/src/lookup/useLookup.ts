import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, client } from '../api/client';
import { useWorld } from '../shell/live';

/** What is looked up is read anew so often, in milliseconds: it is up to 1,000 names. */
const every = 3000;
const key = 'fleetbeat-lookup';

/** The text that was looked up last in this tab, which Back from a vehicle finds again: it is too long for an address. */
export function useKeptText(): [text: string, keep: (text: string) => void] {
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? '');
  const keep = (next: string) => {
    try {
      sessionStorage.setItem(key, next);
    } catch {
      // A full or forbidden storage costs Back its result, and nothing else.
    }
    setText(next);
  };
  return [text, keep];
}

/** Looks a pasted text up, and keeps what it found up to date. */
export function useLookup(text: string) {
  const { freshness } = useWorld();
  return useQuery({
    queryKey: ['live', 'lookup', text],
    queryFn: async ({ signal }) => {
      const found = await answered(client.POST('/api/v1/vehicles:lookup', { body: { text }, signal }));
      freshness.saw(found);
      return found;
    },
    enabled: text.trim() !== '',
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.error ? false : every),
  });
}
