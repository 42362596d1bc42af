import { type Filter, partsOf } from '../filter/filter';
import type { Change } from '../filter/useFilter';
import { NoMatch } from './NoMatch';
import { NoVehicles } from './NoVehicles';

/** What stands in place of vehicles where there are none: how to make the first one, or what of the filter to drop. */
export function Nothing({ filter, change }: { filter: Filter; change: Change }) {
  return partsOf(filter) === 0 ? <NoVehicles /> : <NoMatch filter={filter} change={change} />;
}
