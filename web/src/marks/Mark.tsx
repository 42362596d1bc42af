import type { ReactNode } from 'react';
import type { Status } from '../api/client';

/** What a mark can stand for: a status, or one of the two things a diagram shows beside statuses. */
export type Kind = Status | 'overdue' | 'unobserved';

/** The word that always follows a mark. */
export const words: Readonly<Record<Kind, string>> = {
  connected: 'Connected',
  disconnected: 'Disconnected',
  never_seen: 'Never seen',
  overdue: 'Overdue',
  unobserved: 'Unobserved',
};

const shapes: Readonly<Record<Kind, ReactNode>> = {
  connected: <circle cx="6" cy="6" r="5" />,
  disconnected: <rect x="1" y="1" width="10" height="10" rx="1" />,
  never_seen: <circle cx="6" cy="6" r="4.25" />,
  overdue: (
    <>
      <circle cx="6" cy="6" r="4.25" fill="none" />
      <path d="M6 1.75a4.25 4.25 0 0 0 0 8.5z" stroke="none" />
    </>
  ),
  unobserved: <path d="M1 6 6 1M1 11 11 1M6 11l5-5" />,
};

/** The shape of a status: 10 px in diagrams, 12 in rows, 16 in the panel, 20 on a vehicle's page. Its word stands beside it. */
export function Mark({ kind, size = 12 }: { kind: Kind; size?: 10 | 12 | 16 | 20 }) {
  return (
    <svg className={`mark mark-${kind}`} viewBox="0 0 12 12" width={size} height={size} aria-hidden="true">
      {shapes[kind]}
    </svg>
  );
}

/** A mark with its word, which is ink: a hue would carry the status alone, and is too faint for text. */
export function StatusWord({ kind, size = 12 }: { kind: Kind; size?: 10 | 12 | 16 | 20 }) {
  return (
    <span className="status-word">
      <Mark kind={kind} size={size} />
      <span>{words[kind]}</span>
    </span>
  );
}
