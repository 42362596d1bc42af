import { type InputHTMLAttributes, useId } from 'react';
import './parts.css';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  /** What helps to fill it in. */
  hint?: string | undefined;
  /** What is wrong with it. */
  error?: string | undefined;
}

/** A labelled input of a form, with its hint and what is wrong with it. */
export function Field({ label, hint, error, ...input }: Props) {
  const id = useId();
  const about = `${id}-about`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} aria-describedby={about} aria-invalid={error !== undefined} {...input} />
      <p id={about} className={error === undefined ? 'field-hint' : 'field-error'} role={error && 'alert'}>
        {error ?? hint}
      </p>
    </div>
  );
}
