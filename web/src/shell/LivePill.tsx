import { useSyncExternalStore } from 'react';
import { isNobody, permits } from '../access/scopes';
import { age } from '../format/duration';
import { useNow } from './clock';
import { useGone, useLiveState, useWorld } from './live';
import { useSession } from './session';
import { useTime } from './time';

/** Data that is older than this is no longer called live, although there is contact: the service itself may be behind. */
const limit = 15_000;

/** Says how old the data on the page is. It always shows, and is never wrong: without an answer the age only grows. */
export function LivePill() {
  const state = useLiveState();
  const { freshness, contact } = useWorld();
  const newest = useSyncExternalStore(contact.onHeard, freshness.newest);
  const gone = useGone();
  const { moment } = useTime();
  const now = useNow();
  const { data: session } = useSession();
  if (state === 'denied')
    return (
      <span className="pill-live">
        {session && !isNobody(session) && !permits(session.scopes, 'read') ? 'No live data' : 'Not logged in'}
      </span>
    );
  if (newest === undefined)
    return gone ? (
      <span className="pill-live pill-gone">
        <Beats missing /> No contact
      </span>
    ) : (
      <span className="pill-live">
        <Beats still /> Connecting…
      </span>
    );
  // The clock ticks each second, and may be behind the answer.
  const old = Math.max(newest.lagMs, now - newest.at);
  if (gone || old > limit)
    return (
      <span className="pill-live pill-gone">
        <Beats missing />
        <span className="num">
          <span className="pill-words">Data from </span>
          {moment(newest.asOf)}
          <span className="pill-age">, {age(old)} old</span>
        </span>
      </span>
    );
  return (
    <span className="pill-live">
      <Beats still={state !== 'open'} />
      {state === 'open' ? 'Live' : 'Reconnecting…'} <span className="num faint pill-num">{age(old)}</span>
    </span>
  );
}

/** The live sign: three beats; of a service that is gone but one, and the others are missing. */
function Beats({ still = false, missing = false }: { still?: boolean; missing?: boolean }) {
  return (
    <svg
      className={still || missing ? 'beats' : 'beats beating'}
      viewBox="0 0 14 12"
      width="14"
      height="12"
      aria-hidden="true"
    >
      {[0, 5, 10].map((x) =>
        missing && x > 0 ? (
          <rect key={x} x={x} y="4.5" width="3" height="3" />
        ) : (
          <rect key={x} x={x} y="0.5" width="3" height="11" />
        ),
      )}
    </svg>
  );
}
