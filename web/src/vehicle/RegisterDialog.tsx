import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Dialog } from '../parts/Dialog';
import { Field } from '../parts/Field';
import { FormDialog } from '../parts/FormDialog';
import { CustomerField } from './CustomerField';
import { newOf, type TypedNew, type Wrong, wrongOf } from './change';
import { Stored } from './Stored';
import { customerOf, problemOf, useRegistering } from './useWrites';
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
  const [wrong, setWrong] = useState<Wrong<keyof TypedNew>>({});
  const [rest, setRest] = useState<string>();
  const [busy, setBusy] = useState(false);
  const register = useRegistering();
  const field = (name: keyof TypedNew) => ({
    value: typed[name],
    error: wrong[name],
    autoComplete: 'off',
    onChange: (event: { target: { value: string } }) => {
      setTyped({ ...typed, [name]: event.target.value });
      setWrong({ ...wrong, [name]: undefined });
    },
  });
  const store = async () => {
    const { vehicle, wrong: now } = newOf(typed, await customerOf(typed.customer.trim()));
    setWrong(now);
    setRest(undefined);
    if (Object.keys(now).length > 0) return;
    const { vin, warnings } = await register(vehicle);
    onStored(vin, warnings ?? []);
  };
  const save = () => {
    setBusy(true);
    store()
      .catch((error: unknown) => {
        const { wrong: at, rest: other } = wrongOf(problemOf(error));
        setWrong(at);
        setRest(other);
      })
      .finally(() => setBusy(false));
  };
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
