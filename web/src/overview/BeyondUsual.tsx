import { Link } from '@tanstack/react-router';
import type { VehicleList } from '../api/client';
import { count, counted } from '../format/number';
import { Bullet } from '../parts/Bullet';
import { Failed } from '../parts/Failed';
import { type Beyond, type Ranked, ranked } from './beyond';
import type { Asked } from './useFleet';

/** Rows of a table of the overview. Its height does not depend on how many there are. */
export const rows = 10;

interface Props {
  /** The numbers of the ten customers with most disconnected. */
  numbers: VehicleList | undefined;
  known: Asked;
}

/** Customers with more vehicles disconnected than usual, the furthest beyond first. */
export function BeyondUsual({ numbers, known }: Props) {
  const found = known.data && ranked(known.data, numbers?.facets?.customers);
  const shown = found?.beyond.slice(0, rows) ?? [];
  const most = Math.max(0, ...shown.map(({ now }) => now));
  return (
    <section className="table beyond" aria-labelledby="beyond">
      <h2 id="beyond">
        More disconnected than usual <span className="aside">same hour, last 7 days</span>
      </h2>
      <div role="table" aria-labelledby="beyond" className="rows">
        <div role="row" className="head">
          <span role="columnheader">Customer</span>
          <span role="columnheader" className="c-bullet">
            Usual range and now
          </span>
          <span role="columnheader" className="right">
            Now
          </span>
          <span role="columnheader" className="right">
            Usual
          </span>
          <span role="columnheader" className="right">
            Beyond
          </span>
        </div>
        {shown.map((each) => (
          <Row key={each.id} {...each} most={most} />
        ))}
        {found && shown.length === 0 && <p className="none">{none(found)}</p>}
        {known.error && !known.data && <Failed error={known.error} again={known.refetch} />}
      </div>
      <p className="table-foot">
        {found && foot(found)}{' '}
        <Link to="/customers" className="link">
          All customers
        </Link>
      </p>
    </section>
  );
}

function Row({ id, name, now, usual, beyond, most }: Beyond & { most: number }) {
  const range = usual.lo === usual.hi ? count(usual.lo) : `${count(usual.lo)}–${count(usual.hi)}`;
  return (
    <div role="row" className="line">
      <span role="cell" className="c-name">
        <Link
          to="/vehicles"
          search={{ customer: [id], status: ['disconnected'] }}
          className="cover"
          title={`${name}: ${counted(now, 'vehicle')} disconnected`}
        >
          {name}
        </Link>
      </span>
      <span role="cell" className="c-bullet">
        <Bullet
          usual={usual}
          now={now}
          most={most}
          label={`${count(now)} disconnected, usually ${range}: ${count(beyond)} beyond`}
        />
      </span>
      <span role="cell" className="num right">
        {count(now)}
      </span>
      <span role="cell" className="num right faint">
        {range}
      </span>
      <span role="cell" className="num right strong">
        +{count(beyond)}
      </span>
    </div>
  );
}

function none({ within, unknown }: Ranked): string {
  return within === 0 && unknown > 0
    ? 'Usual ranges appear after three days.'
    : 'No customer is beyond its usual range.';
}

/** How many customers are not in the table; only where all were counted. */
function foot({ beyond, within, unknown, whole }: Ranked): string {
  if (!whole) return 'The furthest beyond of many; the others, in the same order, are in the list.';
  const further = beyond.length > rows ? `${count(beyond.length - rows)} more beyond; ` : '';
  const inside = `${counted(within, 'customer is', 'customers are')} within ${within === 1 ? 'its' : 'their'} usual range`;
  const young = unknown > 0 ? `; ${count(unknown)} ${unknown === 1 ? 'has' : 'have'} none yet` : '';
  return `${further}${inside}${young}.`;
}
