import { useQuery } from '@tanstack/react-query';
import { permits, type Scope } from '../access/scopes';
import { answered, client } from '../api/client';

/** Who asks: with which key, if one is needed. */
export function useSession() {
  return useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => answered(client.GET('/api/v1/session', { signal })),
    staleTime: 60_000,
  });
}

/** Whether who asks may do what needs a scope. Until the service has said who asks, nobody may: no button is shown and then taken. */
export function useMay(scope: Scope): boolean {
  const { data } = useSession();
  return data !== undefined && (!data.needed || permits(data.scopes, scope));
}
