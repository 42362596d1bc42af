import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Dialog } from '../parts/Dialog';
import { Field } from '../parts/Field';
import { FormDialog } from '../parts/FormDialog';
import { CustomerField } from './CustomerField';
import { newOf, type TypedNew } from './change';
import { Stored } from './Stored';
import { useVehicleForm } from './useVehicleForm';
import { customerOf, useRegistering } from './useWrites';
import './form.css';

const empty: TypedNew = { vin: '', plate: '', customer: '', interval: '', grace: '' };
const noNumber = 'Empty: as set for the customer or for all';

/** Registers a vehicle, of a customer that is known or of a new one, and shows it then. */
export function RegisterDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const [stored, setStored] = useState<{ vin: string; warnings: string[] }>();
  const show = (vin: string) => {
    onClose();
    void navigate({ to: '/vehicles/$vin', params: { vin } });
  };
  if (stored)
    return (
      <Dialog title="Register a vehicle" onClose={() => show(stored.vin)}>
        <Stored
          said="It is registered."
          warnings={stored.warnings}
          close="Show the vehicle"
          onClose={() => show(stored.vin)}
        />
      </Dialog>
    );
  return (
    <RegisterForm
      onClose={onClose}
      onStored={(vin, warnings) => (warnings.length > 0 ? setStored({ vin, warnings }) : show(vin))}
    />
  );
}

interface FormProps {
  onClose: () => void;
  onStored: (vin: string, warnings: string[]) => void;
}

function RegisterForm({ onClose, onStored }: FormProps) {
  const [typed, setTyped] = useState(empty);
  const register = useRegistering();
  const store = async () => {
    const { vehicle, wrong: now } = newOf(typed, await customerOf(typed.customer.trim()));
    if (Object.keys(now).length > 0) return now;
    const { vin, warnings } = await register(vehicle);
    onStored(vin, warnings ?? []);
    return undefined;
  };
  const { field, save, busy, rest } = useVehicleForm(typed, setTyped, store);
  return (
    <FormDialog
      title="Register a vehicle"
      save="Register"
      typed={Object.values(typed).some((text) => text !== '')}
      busy={busy}
      wrong={rest}
      onSave={save}
      onClose={onClose}
    >
      <Field label="VIN" spellCheck={false} className="mono" maxLength={40} required {...field('vin')} />
      <Field label="Plate" maxLength={16} required {...field('plate')} />
      <CustomerField
        hint="Any part of a name finds it; a new name registers the customer too"
        unknown="No customer is called so: it is registered with the vehicle"
        required
        {...field('customer')}
      />
      <div className="edit-pair">
        <Field label="Interval, seconds" inputMode="numeric" hint={noNumber} {...field('interval')} />
        <Field label="Grace, seconds" inputMode="numeric" hint={noNumber} {...field('grace')} />
      </div>
    </FormDialog>
  );
}
