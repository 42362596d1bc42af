import type { UseQueryResult } from '@tanstack/react-query';
import type { History } from '../api/client';
import { count } from '../format/number';
import { Failed } from '../parts/Failed';
import { Trend } from '../parts/Trend';
import type { TrendData } from '../parts/trendPaths';
import { trendInWords } from './past';

/** The last 24 hours beside the number of the disconnected. Its place is kept while the past is read. */
export function TileTrend({ data, history }: { data: TrendData | undefined; history: UseQueryResult<History> }) {
  if (history.error && !history.data)
    return (
      <div className="tile-trend">
        <Failed error={history.error} again={() => void history.refetch()} />
      </div>
    );
  const last = data?.usual.at(-1);
  return (
    <div className="tile-trend">
      {data ? <Trend data={data} label={trendInWords(data)} /> : <div className="trend" />}
      <p className="trend-axis num" aria-hidden="true">
        <span>24 h ago</span>
        <span>
          {data && (last ? `usual at this hour ${count(last.lo)}–${count(last.hi)}` : 'usual range after three days')}
        </span>
        <span>now</span>
      </p>
    </div>
  );
}
