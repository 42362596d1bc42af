import { count } from '../format/number';
import { Trend } from '../parts/Trend';
import type { TrendData } from '../parts/trendPaths';
import { trendInWords } from './past';

/** The last 24 hours under the number of the disconnected. Its place is kept while the past is read. */
export function TileTrend({ data }: { data: TrendData | undefined }) {
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
