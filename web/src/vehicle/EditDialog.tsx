import { useState } from 'react';
import type { VehicleDetail } from '../api/client';
import { setting } from '../format/duration';
import { Dialog } from '../parts/Dialog';
import { Field } from '../parts/Field';
import { CustomerField } from './CustomerField';
import { changeOf, type Typed, typedOf, type Wrong, wrongOf } from './change';
import { Decommission } from './Decommission';
import { customerOf, problemOf, useWrites } from './useWrites';

interface Props {
  vehicle: VehicleDetail;
  onClose: () => void;
}

/** Changes a vehicle: its plate, its customer, its own timeout; or ends its life. */
export function EditDialog({ vehicle, onClose }: Props) {
  const [ending, setEnding] = useState(false);
  return (
    <Dialog
      title={ending ? `Decommission ${vehicle.registrationNumber}` : `Edit ${vehicle.registrationNumber}`}
      onClose={onClose}
    >
      {ending ? (
        <Decommission vehicle={vehicle} onBack={() => setEnding(false)} />
      ) : (
        <EditForm vehicle={vehicle} onClose={onClose} onEnd={() => setEnding(true)} />
      )}
    </Dialog>
  );
}

function EditForm({ vehicle, onClose, onEnd }: Props & { onEnd: () => void }) {
  const [began] = useState(() => typedOf(vehicle));
  const [typed, setTyped] = useState<Typed>(began);
  const [wrong, setWrong] = useState<Wrong>({});
  const [rest, setRest] = useState<string>();
  const [stored, setStored] = useState<string[]>();
  const [busy, setBusy] = useState(false);
  const writes = useWrites(vehicle.vin);
  const field = (name: keyof Typed) => ({
    value: typed[name],
    error: wrong[name],
    autoComplete: 'off',
    onChange: (event: { target: { value: string } }) => {
      setTyped({ ...typed, [name]: event.target.value });
      setWrong({ ...wrong, [name]: undefined });
    },
  });
  const store = async () => {
    const name = typed.customer.trim();
    const id = name === began.customer ? undefined : await customerOf(name);
    const { change, wrong: now } = changeOf(began, typed, id);
    setWrong(now);
    setRest(undefined);
    if (Object.keys(now).length > 0) return;
    if (Object.keys(change).length === 0) {
      onClose();
      return;
    }
    const { warnings } = await writes.change(change);
    if (warnings?.length) setStored(warnings);
    else onClose();
  };
  const submit = () => {
    setBusy(true);
    store()
      .catch((error: unknown) => {
        const { wrong: at, rest: other } = wrongOf(problemOf(error));
        setWrong(at);
        setRest(other);
      })
      .finally(() => setBusy(false));
  };
  if (stored) return <Stored warnings={stored} onClose={onClose} />;
  const { intervalFrom, intervalSeconds, graceFrom, graceSeconds } = vehicle.reason;
  const inherits = (from: string, seconds: number) =>
    from === 'vehicle' ? 'Empty: as set for the customer or for all' : `Empty: ${setting(seconds)}, as now`;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) submit();
      }}
    >
      <Field label="Plate" maxLength={16} {...field('plate')} />
      <CustomerField hint="Another one: the vehicle and its past are theirs from then on" {...field('customer')} />
      <div className="edit-pair">
        <Field
          label="Interval, seconds"
          inputMode="numeric"
          hint={inherits(intervalFrom, intervalSeconds)}
          {...field('interval')}
        />
        <Field
          label="Grace, seconds"
          inputMode="numeric"
          hint={inherits(graceFrom, graceSeconds)}
          {...field('grace')}
        />
      </div>
      <p role="alert" className="edit-rest">
        {rest}
      </p>
      <div className="dialog-foot">
        <button type="button" className="text-button edit-end" onClick={onEnd}>
          Decommission…
        </button>
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="button primary" aria-disabled={busy}>
          Save
        </button>
      </div>
    </form>
  );
}

function Stored({ warnings, onClose }: { warnings: string[]; onClose: () => void }) {
  return (
    <>
      <div role="status">
        <p>Saved. Please look at this:</p>
        <ul className="edit-warnings">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      </div>
      <div className="dialog-foot">
        <button type="button" className="button primary" onClick={onClose}>
          Close
        </button>
      </div>
    </>
  );
}
