import { useState } from 'react';
import { FilterButton, Filtered, SearchLine } from '../filter/Filtered';
import type { Filter } from '../filter/filter';
import { useFilter } from '../filter/useFilter';
import { useNumbers } from '../filter/useNumbers';
import { usePageTitle } from '../shell/title';
import { FeedView } from './FeedView';
import './feed.css';

/** The live feed: transitions as they happen. */
export function FeedPage() {
  const [{ q, status, customer }, change] = useFilter();
  const filter: Filter = { ...(q && { q }), ...(status && { status }), ...(customer && { customer }) };
  const { data: numbers } = useNumbers(filter);
  const [paused, setPaused] = useState(false); // here, because who paused wants to look, whatever at
  usePageTitle('Live');
  const parts = { filter, change, numbers, changes: true };
  return (
    <Filtered {...parts}>
      {/* Another customer or status is another feed; a search looks through the one that is there. */}
      <FeedView
        key={JSON.stringify([status, customer])}
        filter={filter}
        paused={paused}
        setPaused={setPaused}
        change={change}
        numbers={numbers}
        filterButton={<FilterButton {...parts} />}
        searchLine={<SearchLine {...parts} />}
      />
    </Filtered>
  );
}
