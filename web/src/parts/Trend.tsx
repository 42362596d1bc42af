import { type TrendData, trendPaths } from './trendPaths';
import { useWidth } from './useWidth';
import './trend.css';

const height = 84;

/** Numbers over time: grey what is usual, a stepped line, ■ at now, hatched where nothing could be known. `label` says it in words. */
export function Trend({ data, label }: { data: TrendData; label: string }) {
  const [ref, width] = useWidth(336);
  const { line, usual, unobserved, now } = trendPaths(data, width, height);
  return (
    <div ref={ref} className="trend">
      <svg role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`} width={width} height={height}>
        <path className="trend-usual" d={usual} />
        <path className="trend-unobserved" d={unobserved} />
        <path className="trend-line" d={line} />
        <rect className="band-disconnected" x={now.x - 5} y={now.y - 5} width={10} height={10} rx={1} />
      </svg>
    </div>
  );
}
