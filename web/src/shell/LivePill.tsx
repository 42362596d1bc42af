import { age } from '../format/duration';
import { moment } from '../format/time';
import { useNow } from './clock';
import { useLiveState, useWorld } from './live';

/** For so long a lost connection is "Reconnecting…": a restart takes less, and nobody needs to be alarmed by it. */
const patience = 5000;

/** Says how old the data on the page is. It always shows, and is never wrong: without an answer the age only grows. */
export function LivePill() {
  const state = useLiveState();
  const newest = useWorld().freshness.newest();
  const now = useNow();
  if (newest === undefined) return <span className="pill-live">Connecting…</span>;
  const old = age(Math.max(0, now - newest.at));
  const gone = now - newest.at > (state === 'open' ? 3 * patience : patience);
  if (gone) {
    return (
      <span className="pill-live pill-gone" role="status">
        <Beats still /> Data from {moment(newest.asOf, new Date(now), 'utc')}, <span className="num">{old}</span> old
      </span>
    );
  }
  return (
    <span className="pill-live">
      <Beats still={state !== 'open'} />
      {state === 'open' ? 'Live' : 'Reconnecting…'} <span className="num faint">{old}</span>
    </span>
  );
}

/** The live sign: three beats. */
function Beats({ still }: { still: boolean }) {
  return (
    <svg className={still ? 'beats' : 'beats beating'} viewBox="0 0 14 12" width="14" height="12" aria-hidden="true">
      {[0, 5, 10].map((x) => (
        <rect key={x} x={x} y="0.5" width="3" height="11" />
      ))}
    </svg>
  );
}
