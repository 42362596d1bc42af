import type { VehicleDetail } from '../api/client';
import { useTicket } from './useTicket';

const said = { idle: 'Copy for a ticket', copied: 'Copied', refused: 'The browser refuses to copy here' } as const;

/** Copies a vehicle's state as plain text; `c` does the same. */
export function TicketButton({ vehicle }: { vehicle: VehicleDetail }) {
  const [state, copy] = useTicket(vehicle);
  return (
    <>
      <button type="button" className="button ticket" onClick={copy} aria-keyshortcuts="c">
        {said[state]}{' '}
        <span className="kbd" aria-hidden="true">
          c
        </span>
      </button>
      <span className="visually-hidden" role="status">
        {state !== 'idle' && said[state]}
      </span>
    </>
  );
}
