import { cleared, type Filter, partsOf } from '../filter/filter';
import type { Change } from '../filter/useFilter';
import type { FeedState } from './store';
import { changeStatuses } from './useFeed';

interface Props {
  filter: Filter;
  change: Change;
  state: FeedState;
  again: () => void;
}

/** What stands where no change is: why. */
export function FeedNothing({ filter, change, state, again }: Props) {
  if (state.phase === 'loading') return <div className="nothing" aria-busy="true" />;
  if (state.phase === 'failed')
    return (
      <div className="nothing" role="alert">
        <h2>The changes could not be read</h2>
        <p>{state.error?.message}</p>
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      </div>
    );
  if (partsOf(filter) === 0)
    return (
      <div className="nothing">
        <h2>Nothing has changed yet</h2>
        <p>When a vehicle is heard for the first time, falls silent or comes back, it appears here within a second.</p>
        <p className="faint">Listening. This page changes by itself.</p>
      </div>
    );
  return (
    <div className="nothing">
      <h2>No change matches</h2>
      <p>
        {changeStatuses(filter)?.length === 0
          ? 'No vehicle becomes Never seen: it is so from its registration to its first heartbeat.'
          : 'The last changes and those that have come since hold none of this filter. Listening.'}
      </p>
      <button type="button" className="text-button" onClick={() => change(cleared)}>
        Show all changes
      </button>
    </div>
  );
}
