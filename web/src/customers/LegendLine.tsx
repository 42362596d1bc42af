import { StatusWord } from '../marks/Mark';

interface Props {
  /** Since when the order of the rows has not been right, if it is not. */
  movedSince: string | undefined;
  apply: () => void;
  /** What was just done. */
  done: string;
}

/** What the bars mean; beside it what was just done, and where the order has changed, the button that applies it. */
export function LegendLine({ movedSince, apply, done }: Props) {
  return (
    <div className="legend">
      <StatusWord kind="connected" />
      <StatusWord kind="disconnected" />
      <StatusWord kind="never_seen" />
      <span className="legend-right">
        <span role="status">{done}</span>
        {movedSince !== undefined && (
          <button type="button" className="text-button" onClick={apply}>
            The order is kept as of {movedSince} – apply <span className="kbd">u</span>
          </button>
        )}
        {movedSince === undefined && done === '' && (
          <span className="legend-note">
            Disconnected stands taller than the bar. Any share above zero is at least 4 px wide.
          </span>
        )}
      </span>
    </div>
  );
}
