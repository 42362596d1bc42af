import { useQuery } from '@tanstack/react-query';
import { answered, client } from '../api/client';

/** The interval and grace of every vehicle that has no other. `after` is the position of a write that they must show. */
export function useSettings(after = '') {
  return useQuery({
    queryKey: ['live', 'settings', after],
    queryFn: ({ signal }) =>
      answered(client.GET('/api/v1/settings', { params: { query: after === '' ? {} : { after } }, signal })),
    staleTime: 10_000,
  });
}
