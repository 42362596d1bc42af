import { useQueries } from '@tanstack/react-query';
import { answered, client, type Key } from '../api/client';
import { exactly } from '../format/time';
import { useTime } from '../shell/time';

interface Props {
  keys: readonly Key[];
  /** The id of the key that one is logged in with. */
  own: string | undefined;
  revoke: (key: Key) => void;
}

/** All keys, those in force first. */
export function KeyTable({ keys, own, revoke }: Props) {
  const time = useTime();
  const names = useCustomerNames(keys);
  const sorted = keys.toSorted((a, b) => Number(a.revokedAt !== undefined) - Number(b.revokedAt !== undefined));
  return (
    <table className="key-table">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Id</th>
          <th scope="col">May</th>
          <th scope="col">Bound to</th>
          <th scope="col">Made, {time.zoneName}</th>
          <th scope="col">In force</th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((key) => (
          <tr key={key.id} className={key.revokedAt ? 'revoked' : undefined}>
            <th scope="row">
              {key.name} {key.id === own && <span className="faint own">yours, now</span>}
            </th>
            <td className="mono" data-label="Id">
              {key.id}
            </td>
            <td data-label="May">{key.scopes.join(', ')}</td>
            <td data-label="Bound to">{key.customerId ? (names.get(key.customerId) ?? key.customerId) : '–'}</td>
            <td className="num" data-label="Made" title={exactly(key.createdAt)}>
              {time.moment(key.createdAt)}
            </td>
            <td className="num">
              {key.revokedAt ? (
                <span title={exactly(key.revokedAt)}>revoked {time.moment(key.revokedAt)}</span>
              ) : (
                <button type="button" className="button" aria-label={`Revoke ${key.name}`} onClick={() => revoke(key)}>
                  Revoke
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The names of the customers that keys are bound to, by id. */
function useCustomerNames(keys: readonly Key[]): ReadonlyMap<string, string> {
  const ids = [...new Set(keys.flatMap(({ customerId }) => customerId ?? []))];
  const found = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['customer', id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        answered(client.GET('/api/v1/customers/{id}', { params: { path: { id } }, signal })),
      staleTime: 60_000,
    })),
  });
  return new Map(found.flatMap(({ data }): [string, string][] => (data ? [[data.id, data.name]] : [])));
}
