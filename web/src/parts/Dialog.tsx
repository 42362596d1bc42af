import { IconX } from '@tabler/icons-react';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import './parts.css';

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A dialog over the page, open as long as it is rendered. It is the browser's own: it keeps focus inside, gives it back,
 * and Esc closes it.
 */
export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Before the dialog is taken away: one that is not closed keeps what had focus before to itself.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // A form begins at its first field: the browser would begin at the button that closes it.
    shown?.querySelector<HTMLElement>('input:not(:disabled, [hidden])')?.focus();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault(); // whoever renders it decides
        onClose();
      }}
    >
      <div className="dialog-head">
        <h2 id={heading}>{title}</h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <IconX size={18} stroke={1.5} />
        </button>
      </div>
      {children}
    </dialog>
  );
}
