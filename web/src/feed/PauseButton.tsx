import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { count } from '../format/number';

interface Props {
  /** Whether rows stand still, for whatever reason. */
  holding: boolean;
  paused: boolean;
  /** How many changes came since. */
  n: number;
  pause: () => void;
  resume: () => void;
}

/** Pauses and resumes the feed. What came meanwhile is counted in the same place, so that nothing moves. */
export function PauseButton({ holding, paused, n, pause, resume }: Props) {
  const Icon = holding ? IconPlayerPlay : IconPlayerPause;
  return (
    <button
      type="button"
      className={holding ? 'button primary pause' : 'button pause'}
      onClick={holding ? resume : pause}
    >
      <Icon size={16} stroke={1.5} />
      <span className="num">{holding ? words(paused, n) : 'Pause'}</span>
      <span className="kbd" aria-hidden="true">
        space
      </span>
    </button>
  );
}

function words(paused: boolean, n: number): string {
  if (paused) return n === 0 ? 'Paused – resume' : `${count(n)} new – resume`;
  return n === 0 ? 'Back to the newest' : `${count(n)} new above`;
}
