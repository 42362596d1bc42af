import { useState } from 'react';
import { answered, client } from '../api/client';
import { Field } from '../parts/Field';
import { FormDialog } from '../parts/FormDialog';
import type { Customer } from './customer';
import { noSeconds, nothingWrong, secondsOf, type Wrong, wrongOf } from './form';
import { useSettings } from './useSettings';

const fields = ['name', 'address', 'intervalSeconds', 'graceSeconds'] as const;
type Name = (typeof fields)[number];
/** The form as it is typed. */
type Form = Record<Name, string>;

interface Props {
  /** The customer to edit; none registers a new one. */
  customer: Customer | undefined;
  onClose: () => void;
  /** Told where the write lies, and of whom it is. */
  onWritten: (written: { id: string; name: string; position: string; isNew: boolean }) => void;
}

/** The form that registers a customer, or edits one. */
export function CustomerDialog({ customer, onClose, onWritten }: Props) {
  const [was] = useState(() => formOf(customer)); // as it was opened: what changes meanwhile is not overwritten
  const [form, setForm] = useState(was);
  const [wrong, setWrong] = useState<Wrong<Name>>(nothingWrong);
  const [busy, setBusy] = useState(false);
  const { data: settings } = useSettings();
  const save = async () => {
    const checked = checkForm(form);
    setWrong(checked);
    if (Object.keys(checked.fields).length > 0) return;
    setBusy(true);
    try {
      const { id, name, position } = await (customer ? change(customer.id, form, was) : register(form));
      onWritten({ id, name, position, isNew: customer === undefined });
    } catch (error) {
      setWrong(wrongOf(error, fields));
    } finally {
      setBusy(false);
    }
  };
  const field = (name: Name) => ({
    value: form[name],
    error: wrong.fields[name],
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
    autoComplete: 'off',
  });
  const all = (seconds: number | undefined) =>
    seconds === undefined ? 'Empty: as for all.' : `Empty: ${seconds} s, as for all.`;
  return (
    <FormDialog
      title={customer ? `Edit ${customer.name}` : 'Register a customer'}
      save={customer ? 'Save' : 'Register'}
      typed={fields.some((name) => form[name] !== was[name])}
      busy={busy}
      wrong={wrong.all}
      onSave={() => void save()}
      onClose={onClose}
    >
      <Field label="Name" maxLength={200} required {...field('name')} />
      <Field label="Address" maxLength={200} {...field('address')} />
      <div className="two-fields">
        <Field
          label="Interval, seconds"
          inputMode="numeric"
          placeholder={settings && String(settings.intervalSeconds)}
          hint={all(settings?.intervalSeconds)}
          {...field('intervalSeconds')}
        />
        <Field
          label="Grace, seconds"
          inputMode="numeric"
          placeholder={settings && String(settings.graceSeconds)}
          hint={all(settings?.graceSeconds)}
          {...field('graceSeconds')}
        />
      </div>
      <p className="form-note">
        A vehicle is expected to be heard from once an interval, and becomes Disconnected when its grace has passed too.
        Vehicles that have their own keep it.
      </p>
    </FormDialog>
  );
}

function formOf(customer: Customer | undefined): Form {
  return {
    name: customer?.name ?? '',
    address: customer?.address ?? '',
    intervalSeconds: String(customer?.intervalSeconds ?? ''),
    graceSeconds: String(customer?.graceSeconds ?? ''),
  };
}

/** What can be said without asking: all that the service says better is left to it. */
function checkForm(form: Form): Wrong<Name> {
  const wrong: Wrong<Name> = { fields: {}, all: undefined };
  if (form.name.trim() === '') wrong.fields.name = 'Must not be empty.';
  for (const name of ['intervalSeconds', 'graceSeconds'] as const)
    if (secondsOf(form[name]) === undefined) wrong.fields[name] = noSeconds;
  return wrong;
}

function register(form: Form) {
  const interval = secondsOf(form.intervalSeconds);
  const grace = secondsOf(form.graceSeconds);
  const body = {
    name: form.name,
    ...(form.address.trim() !== '' && { address: form.address }),
    ...(typeof interval === 'number' && { intervalSeconds: interval }),
    ...(typeof grace === 'number' && { graceSeconds: grace }),
  };
  return answered(client.POST('/api/v1/customers', { body }));
}

/** Sends what was changed, and nothing else: what somebody else changed meanwhile stays. */
function change(id: string, form: Form, was: Form) {
  const body = {
    ...(form.name !== was.name && { name: form.name }),
    ...(form.address !== was.address && { address: form.address.trim() === '' ? null : form.address }),
    ...(form.intervalSeconds !== was.intervalSeconds && { intervalSeconds: secondsOf(form.intervalSeconds) ?? null }),
    ...(form.graceSeconds !== was.graceSeconds && { graceSeconds: secondsOf(form.graceSeconds) ?? null }),
  };
  return answered(client.PATCH('/api/v1/customers/{id}', { params: { path: { id } }, body }));
}
