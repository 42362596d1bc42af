import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, client } from '../api/client';
import { Field } from '../parts/Field';
import { FormDialog } from '../parts/FormDialog';
import { noSeconds, nothingWrong, secondsOf, type Wrong, wrongOf } from './form';
import { useSettings } from './useSettings';

const fields = ['intervalSeconds', 'graceSeconds'] as const;
type Name = (typeof fields)[number];

/** The form of the settings for all. `onWritten` is told where the write lies. */
export function SettingsDialog({ onClose, onWritten }: { onClose: () => void; onWritten: (position: string) => void }) {
  const queries = useQueryClient();
  const { data: settings, error } = useSettings();
  const [form, setForm] = useState<Partial<Record<Name, string>>>({});
  const [wrong, setWrong] = useState<Wrong<Name>>(nothingWrong);
  const [busy, setBusy] = useState(false);
  const typed = (name: Name) => form[name] ?? String(settings?.[name] ?? '');
  const changed = fields.filter((name) => settings !== undefined && typed(name) !== String(settings[name]));
  const save = async () => {
    const unread = fields.filter((name) => typeof secondsOf(typed(name)) !== 'number');
    setWrong({ fields: Object.fromEntries(unread.map((name) => [name, noSeconds])), all: undefined });
    if (unread.length > 0) return;
    setBusy(true);
    try {
      const body = Object.fromEntries(changed.map((name) => [name, secondsOf(typed(name)) ?? 0]));
      const { position } = await answered(client.PATCH('/api/v1/settings', { body }));
      queries.removeQueries({ queryKey: ['live', 'settings'] });
      onWritten(position);
    } catch (failure) {
      setWrong(wrongOf(failure, fields));
    } finally {
      setBusy(false);
    }
  };
  const field = (name: Name) => ({
    value: typed(name),
    error: wrong.fields[name],
    readOnly: settings === undefined,
    inputMode: 'numeric' as const,
    autoComplete: 'off',
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
  });
  return (
    <FormDialog
      title="Settings for all"
      save="Save"
      typed={changed.length > 0}
      busy={busy}
      wrong={wrong.all ?? error?.message}
      onSave={() => void save()}
      onClose={onClose}
    >
      <div className="two-fields">
        <Field label="Interval, seconds" hint="1 to 604,800" {...field('intervalSeconds')} />
        <Field label="Grace, seconds" hint="0 to 604,800" {...field('graceSeconds')} />
      </div>
      <p className="form-note">
        Every vehicle is expected to be heard from once an interval, and becomes Disconnected when its grace has passed
        too. This changes all vehicles that have no interval or grace of their own, nor from their customer. A shorter
        one may make many Disconnected at once; a longer one may make them Connected again.
      </p>
    </FormDialog>
  );
}
