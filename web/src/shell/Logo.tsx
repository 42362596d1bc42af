/** The name's mark: beats, of which one is missing. */
export function Logo() {
  return (
    <svg viewBox="0 0 18 14" width="18" height="14" aria-hidden="true">
      <g fill="currentColor">
        <rect x="0" y="1" width="3" height="12" rx="0.5" />
        <rect x="5" y="1" width="3" height="12" rx="0.5" />
        <rect x="15" y="1" width="3" height="12" rx="0.5" />
      </g>
      <rect className="mark-disconnected" x="10" y="5.5" width="3" height="3" />
    </svg>
  );
}
