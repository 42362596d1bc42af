import { FilterButton, Filtered, SearchLine, useNarrow } from '../filter/Filtered';
import { partsOf, statuses, toggled, totalOf } from '../filter/filter';
import { Pills } from '../filter/Pills';
import { useFilter } from '../filter/useFilter';
import { useNumbers } from '../filter/useNumbers';
import { count, counted } from '../format/number';
import { Failed } from '../parts/Failed';
import { useKeys } from '../shell/keys';
import { usePageTitle } from '../shell/title';
import { Nothing } from '../vehicles/Nothing';
import { AsOf } from './AsOf';
import { BeyondUsual } from './BeyondUsual';
import { mostOf } from './beyond';
import { Ladder } from './Ladder';
import { LastChanges } from './LastChanges';
import { MostDisconnected } from './MostDisconnected';
import { Tiles } from './Tiles';
import { useKnown } from './useFleet';
import '../vehicles/vehicles.css';
import './overview.css';

/** The fleet, or what a filter leaves of it, in numbers: how many, since when, whose, and what changed last. */
export function OverviewPage() {
  const [filter, change] = useFilter();
  const asked = useNumbers(filter);
  const narrow = useNarrow();
  usePageTitle('Overview');
  const toggle = (i: 0 | 1 | 2) => () => change({ status: toggled(filter.status, statuses[i]) });
  useKeys('overview', { disconnected: toggle(0), connected: toggle(1), neverSeen: toggle(2) });
  // What is usual is known of whole customers: it says nothing of a part of their vehicles.
  const whole = partsOf(filter) === (filter.customer ? 1 : 0);
  const known = useKnown(filter.customer, whole);
  const numbers = asked.data;
  const parts = { filter, change, numbers };
  const customers = filter.customer?.length ?? known.data?.total;
  const habits = known.data?.customers.some(({ usual }) => usual) ?? true;
  return (
    <Filtered {...parts}>
      <section className="content overview" aria-label="Overview">
        <div className="overview-scroll">
          <div className="overview-title">
            <h1>{titleOf(numbers, partsOf(filter) > 0)}</h1>
            {!narrow && <Pills {...parts} />}
            <AsOf customers={whole ? customers : undefined} asOf={numbers?.asOf} />
            <FilterButton {...parts} />
          </div>
          {narrow && <SearchLine {...parts} />}
          {narrow && <Pills {...parts} />}
          {numbers === undefined && asked.error ? (
            <Failed error={asked.error} again={() => void asked.refetch()} />
          ) : numbers !== undefined && !asked.isPlaceholderData && totalOf(numbers).n === 0 ? (
            <div className="vehicles">
              <Nothing filter={filter} change={change} />
            </div>
          ) : (
            <>
              <Tiles filter={filter} numbers={numbers} whole={whole} />
              <Ladder filter={filter} numbers={numbers} />
              <div className="overview-tables">
                {whole && habits ? (
                  <BeyondUsual numbers={numbers} known={known} />
                ) : (
                  <MostDisconnected
                    filter={filter}
                    most={mostOf(filter, numbers, whole ? known.data : undefined)}
                    young={whole}
                  />
                )}
                <LastChanges filter={filter} />
              </div>
            </>
          )}
        </div>
      </section>
    </Filtered>
  );
}

function titleOf(numbers: Parameters<typeof totalOf>[0] | undefined, filtered: boolean): string {
  if (numbers === undefined) return 'Overview';
  const { n, atLeast } = totalOf(numbers);
  if (!filtered) return n === 1 ? '1 vehicle' : `All ${counted(n, 'vehicle')}`;
  return `${count(n, atLeast)} ${n === 1 ? 'vehicle matches' : 'vehicles match'}`;
}
