import { type BulletData, bulletPaths, markSize } from './bulletPaths';
import './trend.css';

const width = 128;
const height = 14;

/** What is usual, as a grey box, and ■ now, with a line between them where now is beyond. `label` says it in words. */
export function Bullet({ label, ...data }: BulletData & { label: string }) {
  const { usual, beyond, now } = bulletPaths(data, width, height);
  return (
    <svg className="bullet" role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`}>
      <path className="bullet-axis" d={`M0 ${height / 2}H${width}`} />
      <path className="bullet-usual" d={usual} />
      <path className="bullet-beyond" d={beyond} />
      <rect
        className="band-disconnected"
        x={now}
        y={(height - markSize) / 2}
        width={markSize}
        height={markSize}
        rx={1}
      />
    </svg>
  );
}
