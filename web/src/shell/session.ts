import { useQuery, useQueryClient } from '@tanstack/react-query';
import { sessionQuestion } from '../access/ended';
import { permits, type Scope } from '../access/scopes';

/** Who asks: with which key, if one is needed. */
export function useSession() {
  return useQuery({ ...sessionQuestion(useQueryClient()), staleTime: 60_000 });
}

/** Whether who asks may do what needs a scope. Until the service has said who asks, nobody may: no button is shown and then taken. */
export function useMay(scope: Scope): boolean {
  const { data } = useSession();
  return data !== undefined && (!data.needed || permits(data.scopes, scope));
}
