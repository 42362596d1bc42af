import { IconCheck, IconCopy } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';

/** Copies a text, and says for a moment that it did, or that the browser refused: it gives no clipboard over plain HTTP from another machine. */
export function useCopy(text: string | (() => string)): [state: 'idle' | 'copied' | 'refused', copy: () => void] {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  const clipboard = navigator.clipboard as Clipboard | undefined;
  const say = (what: 'copied' | 'refused') => {
    setState(what);
    setTimeout(() => setState('idle'), 1500);
  };
  const copy = () => {
    if (clipboard === undefined) {
      say('refused');
      return;
    }
    clipboard.writeText(typeof text === 'string' ? text : text()).then(
      () => say('copied'),
      () => say('refused'),
    );
  };
  return [state, copy];
}

/** A button that copies a text: an icon alone with `label` as its name, or with words beside it. */
export function Copy({
  text,
  label,
  children,
}: {
  text: string | (() => string);
  label: string;
  children?: ReactNode;
}) {
  const [state, copy] = useCopy(text);
  const Icon = state === 'copied' ? IconCheck : IconCopy;
  return (
    <button type="button" className={children ? 'button' : 'copy-button'} aria-label={label} onClick={copy}>
      {children} <Icon size={14} stroke={1.5} />
      <span className="visually-hidden" role="status">
        {state === 'copied' && 'Copied'}
        {state === 'refused' && 'The browser refuses to copy here'}
      </span>
    </button>
  );
}
