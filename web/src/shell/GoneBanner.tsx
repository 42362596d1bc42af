import { useQueryClient } from '@tanstack/react-query';
import { useNow } from './clock';
import { useGone, useWorld } from './live';
import { useTime } from './time';

/** Says under the header that the server is gone, since when, and when it is tried again. What is below stays as it was. */
export function GoneBanner() {
  const gone = useGone();
  // The region is there before its words, else nobody who listens would hear them.
  return <div role="status">{gone && <Gone />}</div>;
}

function Gone() {
  const { stream, freshness } = useWorld();
  const queries = useQueryClient();
  const { moment, zoneName } = useTime();
  const now = useNow();
  const newest = freshness.newest();
  const left = Math.ceil(((stream.next() ?? 0) - now) / 1000);
  const tryNow = () => {
    stream.tryNow();
    void queries.refetchQueries({ queryKey: ['live'], type: 'active' });
  };
  return (
    <div className="gone-banner">
      <p>
        <b>
          No contact with the server
          {newest && (
            <>
              {' '}
              since <span className="num">{moment(newest.asOf)}</span> {zoneName}
            </>
          )}
          .
        </b>{' '}
        {newest && <span>Below is how it was then; vehicles may have changed status since.</span>}
      </p>
      <span className="num gone-next" aria-live="off">
        {left > 0 ? `Trying again in ${left} s` : 'Trying now…'}
      </span>
      <button type="button" className="button" onClick={tryNow}>
        Try now
      </button>
    </div>
  );
}
