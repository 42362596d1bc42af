const height = 20;

/** How many changes there were each second, one bar a second. */
export function Sparkline({ bars }: { bars: readonly number[] }) {
  const most = Math.max(...bars);
  const path = bars
    .map((n, i) => {
      const h = n === 0 ? 1 : Math.max(2, Math.round((height * n) / Math.max(most, 4)));
      return `M${i * 3} ${height - h}h2v${h}h-2z`;
    })
    .join('');
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${bars.length * 3} ${height}`}
      width={bars.length * 3}
      height={height}
      role="img"
      aria-label={`Changes each second, ${most} at most`}
    >
      <path d={path} />
    </svg>
  );
}
