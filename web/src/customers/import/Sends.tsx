import type { ReactNode } from 'react';
import { gone } from '../../shell/gone';
import { useGone } from '../../shell/live';

/** A button that sends something, which cannot be pressed while nobody would take it. */
export function Sends({
  className,
  onClick,
  children,
}: {
  className: string;
  onClick: () => void;
  children: ReactNode;
}) {
  const away = useGone();
  return (
    <button
      type="button"
      className={`button ${className}`}
      disabled={away}
      title={away ? gone : undefined}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
