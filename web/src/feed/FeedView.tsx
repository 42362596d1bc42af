import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import type { VehicleList } from '../api/client';
import { useNarrow } from '../filter/Filtered';
import { type Filter, toggled } from '../filter/filter';
import { Pills } from '../filter/Pills';
import type { Change } from '../filter/useFilter';
import { useKeys } from '../shell/keys';
import { useTime } from '../shell/time';
import { Announcer } from './Announcer';
import { FeedFoot } from './FeedFoot';
import { FeedList } from './FeedList';
import { FeedNothing } from './FeedNothing';
import { linesOf, newSince, rateOf } from './lines';
import { PauseButton } from './PauseButton';
import { Sparkline } from './Sparkline';
import { useFeed, useHeld } from './useFeed';
import { rateInWords } from './words';

interface Props {
  filter: Filter;
  /** Whether somebody paused it; another filter begins paused, with what is there then. */
  paused: boolean;
  setPaused: (paused: boolean) => void;
  change: Change;
  numbers: VehicleList | undefined;
  filterButton: ReactNode;
  searchLine: ReactNode;
}

/** One feed. Its rows stand still while it is paused, and while somebody has scrolled down or is among them. */
export function FeedView({ filter, paused, setPaused, change, numbers, filterButton, searchLine }: Props) {
  const [state, again] = useFeed(filter);
  const [away, setAway] = useState(false);
  const [within, setWithin] = useState(false);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const scroller = useRef<HTMLDivElement>(null);
  const narrow = useNarrow();
  const time = useTime();
  const holding = paused || away || within;
  const feed = useHeld(state.feed, holding && state.phase !== 'loading');
  const q = filter.q ?? '';
  const lines = useMemo(() => linesOf(feed, opened, q), [feed, opened, q]);
  const fresh = newSince(feed, state.feed, q);
  const rate = rateOf(state.feed.rate, state.since, time.now);
  const toggle = useCallback((key: string) => setOpened((was) => new Set(toggled([...was], key))), []);
  const resume = () => {
    setPaused(false);
    setAway(false);
    setWithin(false);
    const at = document.activeElement;
    if (at instanceof HTMLElement && scroller.current?.contains(at)) at.blur(); // it may be far below in a moment
    if (scroller.current) scroller.current.scrollTop = 0;
  };
  const pause = () => setPaused(true);
  useKeys('feed', { pause: holding ? resume : pause, next: undefined, previous: undefined, leave: undefined });
  return (
    <section className="content feed" aria-label="Live">
      <div className="title-line">
        <h1>Live</h1>
        {state.phase === 'ready' && (
          <p className="rate num">
            {rateInWords(rate)} <Sparkline bars={rate.bars} /> last minute
          </p>
        )}
        {!narrow && <Pills filter={filter} change={change} numbers={numbers} />}
        <div className="title-actions">
          {filterButton}
          <PauseButton holding={holding} paused={paused} n={fresh.n} pause={pause} resume={resume} />
        </div>
      </div>
      {searchLine}
      {lines.length > 0 ? (
        <FeedList lines={lines} time={time} toggle={toggle} scroller={scroller} onAway={setAway} onWithin={setWithin} />
      ) : (
        <FeedNothing filter={filter} change={change} state={state} again={again} />
      )}
      <FeedFoot state={state} shown={feed} lost={holding ? fresh.lost : 0} filter={filter} time={time} />
      <Announcer feed={state.feed} quiet={holding} />
    </section>
  );
}
