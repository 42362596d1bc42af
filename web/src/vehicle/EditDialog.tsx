import { useState } from 'react';
import type { VehicleDetail } from '../api/client';
import { setting } from '../format/duration';
import { Dialog } from '../parts/Dialog';
import { Field } from '../parts/Field';
import { FormDialog } from '../parts/FormDialog';
import { CustomerField } from './CustomerField';
import { changeOf, type Typed, typedOf } from './change';
import { Decommission } from './Decommission';
import { Stored } from './Stored';
import { useVehicleForm } from './useVehicleForm';
import { customerOf, useWrites } from './useWrites';
import './form.css';

interface Props {
  vehicle: VehicleDetail;
  onClose: () => void;
}

/** Changes a vehicle: its plate, its customer, its own timeout; or ends its life. */
export function EditDialog({ vehicle, onClose }: Props) {
  const [ending, setEnding] = useState(false);
  const [stored, setStored] = useState<string[]>();
  const [began] = useState(() => typedOf(vehicle)); // as it was opened: what changes meanwhile is not overwritten
  const [typed, setTyped] = useState<Typed>(began); // here, so that the way to the end and back loses nothing
  const name = vehicle.registrationNumber;
  if (ending)
    return (
      <Dialog title={`Decommission ${name}`} onClose={onClose}>
        <Decommission vehicle={vehicle} onBack={() => setEnding(false)} />
      </Dialog>
    );
  if (stored)
    return (
      <Dialog title={`Edit ${name}`} onClose={onClose}>
        <Stored said="Saved." warnings={stored} close="Close" onClose={onClose} />
      </Dialog>
    );
  return <EditForm {...{ vehicle, began, typed, setTyped, onClose, setStored }} onEnd={() => setEnding(true)} />;
}

interface FormProps extends Props {
  began: Typed;
  typed: Typed;
  setTyped: (typed: Typed) => void;
  setStored: (warnings: string[]) => void;
  onEnd: () => void;
}

function EditForm({ vehicle, began, typed, setTyped, onClose, setStored, onEnd }: FormProps) {
  const writes = useWrites(vehicle.vin);
  const store = async () => {
    const name = typed.customer.trim();
    const id = name === began.customer ? undefined : await customerOf(name);
    const { change, wrong: now } = changeOf(began, typed, id);
    if (Object.keys(now).length > 0) return now;
    if (Object.keys(change).length === 0) {
      onClose();
      return undefined;
    }
    const { warnings } = await writes.change(change);
    if (warnings?.length) setStored(warnings);
    else onClose();
    return undefined;
  };
  const { field, save, busy, rest } = useVehicleForm(typed, setTyped, store);
  const { intervalFrom, intervalSeconds, graceFrom, graceSeconds } = vehicle.reason;
  const inherits = (from: string, seconds: number) =>
    from === 'vehicle' ? 'Empty: as set for the customer or for all' : `Empty: ${setting(seconds)}, as now`;
  return (
    <FormDialog
      title={`Edit ${vehicle.registrationNumber}`}
      save="Save"
      typed={(Object.keys(began) as (keyof Typed)[]).some((name) => typed[name] !== began[name])}
      busy={busy}
      wrong={rest}
      onSave={save}
      onClose={onClose}
      also={
        <button type="button" className="text-button foot-left" onClick={onEnd}>
          Decommission…
        </button>
      }
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
    </FormDialog>
  );
}
