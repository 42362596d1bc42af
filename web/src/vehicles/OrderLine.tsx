import type { Filter } from '../filter/filter';
import { counted } from '../format/number';
import type { Drift } from './list';

interface Props {
  filter: Filter;
  changed: Drift;
  apply: () => void;
  frozenAt: string;
}

/** How the rows are ordered; once they have changed, in the same place, the button that orders them anew. */
export function OrderLine({ filter, changed: { gone, fresh }, apply, frozenAt }: Props) {
  if (gone + fresh === 0) return <p className="order-line">{orderInWords(filter)}</p>;
  return (
    <button type="button" className="freeze" onClick={apply}>
      <b>{counted(gone + fresh, 'change')}</b> <span>– apply</span> <span className="kbd">u</span>
      <span className="freeze-why">
        {counted(gone, 'row')} no longer {gone === 1 ? 'matches' : 'match'}, {counted(fresh, 'vehicle')} new here. The
        order is kept as of {frozenAt}.
      </span>
    </button>
  );
}

function orderInWords({ sort = 'status' }: Filter): string {
  if (sort === 'status') return 'Disconnected first, longest first';
  const by = {
    since: 'time in status',
    vin: 'VIN',
    registrationNumber: 'plate',
    customer: 'customer',
    status: 'status',
  };
  return `By ${by[sort.replace('-', '') as keyof typeof by]}${sort.startsWith('-') ? ', reversed' : ''}`;
}
