import type { Filter } from '../filter/filter';
import { count, counted } from '../format/number';
import { useTime } from '../shell/time';
import { type Drift, mostRows } from './list';

interface Props {
  filter: Filter;
  /** How many match. */
  total: number;
  changed: Drift;
  /** Whether the server is. */
  gone: boolean;
  apply: (byKey: boolean) => void;
  /** The moment that the order is of. */
  frozenAt: string | undefined;
}

/** How the rows are ordered; once they have changed, in the same place, the button that orders them anew. */
export function OrderLine({ filter, total, changed, gone, apply, frozenAt }: Props) {
  const { moment } = useTime();
  if (gone) return <p className="order-line">Rows and order as of {moment(frozenAt)}; ages keep counting</p>;
  const changes = changed.gone + changed.fresh + changed.moved;
  if (changes === 0)
    return (
      <p className="order-line">
        {orderInWords(filter)}
        {total > mostRows && (
          <span className="order-hint">
            The first {count(mostRows)} can be scrolled to. Customer, status, silence or a search find the others.
          </span>
        )}
      </p>
    );
  return (
    // A click by Enter or Space counts no button presses.
    <button type="button" className="freeze" onClick={({ detail }) => apply(detail === 0)}>
      <b>{counted(changes, 'change')}</b> <span>– apply</span> <span className="kbd">u</span>
      <span className="freeze-why">
        {inWords(changed)}. The order is kept as of {moment(frozenAt)}.
      </span>
    </button>
  );
}

/** What has changed, of each kind that there is. */
function inWords({ gone, fresh, moved }: Drift): string {
  const said: string[] = [];
  if (gone > 0) said.push(`${counted(gone, 'row')} no longer ${gone === 1 ? 'matches' : 'match'}`);
  if (fresh > 0) said.push(`${counted(fresh, 'vehicle')} new here`);
  if (moved > 0) said.push(`${counted(moved, 'row')} ${moved === 1 ? 'belongs' : 'belong'} elsewhere`);
  return said.join(', ');
}

function orderInWords({ sort = 'status', status }: Filter): string {
  const words = {
    status: status?.length === 1 ? 'Longest first' : 'Disconnected first, longest first',
    '-status': 'Never seen first, disconnected last',
    since: 'Longest in their status first',
    '-since': 'Shortest in their status first',
    vin: 'By VIN',
    '-vin': 'By VIN, last first',
    registrationNumber: 'By plate',
    '-registrationNumber': 'By plate, last first',
    customer: 'By customer',
    '-customer': 'By customer, last first',
  };
  return words[sort];
}
