import { useState } from 'react';
import type { VehicleDetail } from '../api/client';
import { Field } from '../parts/Field';
import { useGone } from '../shell/live';
import { confirms } from './change';
import { problemOf, useWrites } from './useWrites';

/** Ends a vehicle's life, once its plate has been typed: there is no way back to its past. */
export function Decommission({ vehicle, onBack }: { vehicle: VehicleDetail; onBack: () => void }) {
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const gone = useGone();
  const writes = useWrites(vehicle.vin);
  const { registrationNumber, customer } = vehicle;
  const sure = confirms(typed, registrationNumber);
  const end = () => {
    if (busy || gone) return;
    if (!sure) {
      setError(`Type ${registrationNumber} to confirm.`);
      return;
    }
    setBusy(true);
    writes.decommission().catch((failure: unknown) => {
      setError(problemOf(failure).detail);
      setBusy(false);
    });
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        end();
      }}
    >
      <p className="edit-ending">
        Its heartbeats are refused from then on, its plate is free again, and this page is gone. Registered once more it
        begins anew, as never seen. {customer.name} is not told.
      </p>
      <Field
        label={`Type ${registrationNumber} to confirm`}
        autoComplete="off"
        value={typed}
        error={error}
        onChange={(event) => {
          setTyped(event.target.value);
          setError(undefined);
        }}
      />
      <div role="alert">{gone && <p>No contact with the server.</p>}</div>
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onBack}>
          Back
        </button>
        <button type="submit" className="button primary" aria-disabled={!sure || busy || gone}>
          Decommission
        </button>
      </div>
    </form>
  );
}
