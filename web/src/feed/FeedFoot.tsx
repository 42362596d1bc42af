import { Link } from '@tanstack/react-router';
import type { Filter } from '../filter/filter';
import { count, counted } from '../format/number';
import { Foot, type Hint } from '../parts/Foot';
import type { Time } from '../shell/time';
import type { Feed } from './feed';
import { oldestOf } from './lines';
import { type FeedState, listed } from './store';

interface Props {
  state: FeedState;
  shown: Feed;
  /** How many changes came while the rows stood still and are kept no more. */
  lost: number;
  filter: Filter;
  time: Time;
}

const hints: readonly Hint[] = [
  [['j', 'k'], 'move'],
  [['space'], 'pause'],
  [['/'], 'search'],
];

/** How far back the feed reaches, and what keys do. */
export function FeedFoot({ state, shown, lost, filter, time }: Props) {
  return (
    <Foot hints={hints} said>
      {lost > 0 ? <Lost n={lost} filter={filter} /> : <Reach state={state} shown={shown} time={time} />}
    </Foot>
  );
}

function Lost({ n, filter: { status, customer } }: { n: number; filter: Filter }) {
  return (
    <>
      {counted(n, 'change')} that came meanwhile {n === 1 ? 'is' : 'are'} kept no more:{' '}
      <Link to="/vehicles" search={{ ...(status && { status }), ...(customer && { customer }) }} className="link">
        Vehicles
      </Link>{' '}
      shows how things stand
    </>
  );
}

function Reach({ state, shown, time }: { state: FeedState; shown: Feed; time: Time }) {
  if (state.error && state.phase === 'ready') return `The last changes could not be read anew: ${state.error.message}`;
  const oldest = oldestOf(shown);
  if (oldest === undefined) return '';
  const n = shown.taken - shown.dropped;
  const complete = state.since === undefined && shown.dropped === 0;
  const older = complete ? '' : ' Older ones are on each vehicle’s page.';
  return `${why(state)}${complete ? `All ${count(n)}` : `The last ${count(n)}`} changes, since ${time.moment(oldest)}.${older}`;
}

function why({ anew }: FeedState): string {
  if (anew === 'gap') return `Begun anew: more than ${listed} changes came while there was no contact. `;
  if (anew === 'reset') return 'Begun anew: what was here is of another log, or of another login. ';
  return '';
}
