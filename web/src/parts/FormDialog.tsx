import { type ReactNode, type SyntheticEvent, useEffect, useRef, useState } from 'react';
import { gone } from '../shell/gone';
import { useGone } from '../shell/live';
import { Dialog } from './Dialog';
import './form.css';

interface Props {
  title: string;
  /** What the button that saves says. */
  save: string;
  /** Whether something was typed that closing would lose. */
  typed: boolean;
  /** Whether it is being saved. */
  busy: boolean;
  /** What is wrong with no field. */
  wrong: string | undefined;
  onSave: () => void;
  onClose: () => void;
  /** What else can be done, at the left of the buttons. */
  also?: ReactNode;
  children: ReactNode;
}

/**
 * A dialog with a form. Closing it with something typed asks first; a failure keeps all that was typed, and so does a server
 * that is gone: it is saved when contact is back.
 */
export function FormDialog({ title, save, typed, busy, wrong, onSave, onClose, also, children }: Props) {
  const [leaving, setLeaving] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => form.current?.querySelector('input')?.focus(), []); // else the dialog begins at its Close
  useEffect(() => keep.current?.focus(), [leaving]);
  const away = useGone();
  const close = () => {
    if (typed && !leaving) setLeaving(true);
    else onClose();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setLeaving(false);
    if (!busy && !away) onSave();
  };
  return (
    <Dialog title={title} onClose={close}>
      <form ref={form} className="dialog-form" noValidate onSubmit={submit}>
        {children}
        <div role="alert">
          {(wrong || away) && <p className="form-wrong">{away ? `${gone}. What you typed stays here.` : wrong}</p>}
        </div>
        {leaving ? (
          <div className="dialog-foot">
            <p role="alert">Discard what you typed?</p>
            <button type="button" className="button" onClick={onClose}>
              Discard
            </button>
            <button type="button" className="button primary" ref={keep} onClick={() => setLeaving(false)}>
              Keep it
            </button>
          </div>
        ) : (
          <div className="dialog-foot">
            {also}
            <button type="button" className="button" onClick={close}>
              Cancel
            </button>
            <button type="submit" className="button primary" aria-disabled={busy || away}>
              {busy ? 'Saving…' : save}
            </button>
          </div>
        )}
      </form>
    </Dialog>
  );
}
