import { type Filter, partsOf } from '../filter/filter';
import type { Change } from './Rail';

/** What stands where no row is. */
export function Nothing({ filter, change }: { filter: Filter; change: Change }) {
  if (partsOf(filter) === 0) {
    return (
      <div className="nothing">
        <h2>No vehicles yet</h2>
        <p>Register one, let it ping once, and it appears here as Connected within a second.</p>
      </div>
    );
  }
  return (
    <div className="nothing">
      <h2>No vehicle matches</h2>
      <p>
        <button
          type="button"
          className="text-button"
          onClick={() => change({ q: undefined, status: undefined, silentFor: undefined, customer: undefined })}
        >
          Clear the filter
        </button>
      </p>
    </div>
  );
}
