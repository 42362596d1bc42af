import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useId, useLayoutEffect, useRef, useState } from 'react';
import { counted } from '../format/number';
import { useGone } from '../shell/live';
import { chosen, type Entry, matching, stepped } from './entries';
import { Group } from './Group';
import { useActions } from './useActions';
import { useFound } from './useFound';
import './palette.css';

/** The way to everything by its name. What was gone to is not kept: the next at this desk may be somebody else. */
export function Palette({ onClose, help }: { onClose: () => void; help: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState('');
  const [wanted, setWanted] = useState(false);
  const id = useId();
  const gone = useGone();
  const found = useFound(typed);
  const actions = useActions(help);
  const navigate = useNavigate();
  const groups = [...found.groups, ...matching(actions, typed)].filter(({ entries }) => entries.length > 0);
  const entries = groups.flatMap((group) => group.entries);
  const active = chosen(entries, at);
  // Before the dialog is taken away: one that is not closed keeps what had focus before to itself.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  const run = (entry: Entry) => {
    onClose();
    if (entry.to) void navigate(entry.to);
    entry.act?.();
  };
  // Enter may come before the answer to what was typed: what stands there then is the answer to less.
  const ready = wanted && !found.pending;
  const go = useEffectEvent(() => active && run(active));
  useEffect(() => {
    if (ready) go();
  }, [ready]);
  const keys: Record<string, () => void> = {
    ArrowDown: () => setAt(stepped(entries, active, 1)),
    ArrowUp: () => setAt(stepped(entries, active, -1)),
    Enter: () => setWanted(true),
  };
  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label="Go to"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      <div className="palette-field">
        <IconSearch size={16} stroke={1.75} />
        <input
          role="combobox"
          aria-label="Go to vehicle, customer, action"
          aria-expanded={entries.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={active && `${id}-${active.id}`}
          placeholder="Go to vehicle, customer, action"
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt('');
            setWanted(false);
          }}
          onKeyDown={(event) => {
            const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
            if (act === undefined || event.nativeEvent.isComposing) return;
            event.preventDefault();
            act();
          }}
        />
        <button type="button" className="kbd palette-close" aria-label="Close" onClick={onClose}>
          Esc
        </button>
      </div>
      <div id={`${id}-list`} role="listbox" aria-label="Found">
        {groups.map((group) => (
          <Group key={group.name} group={group} list={id} active={active} pick={run} over={setAt} />
        ))}
      </div>
      <p className="palette-foot" role="status">
        {said({ gone, pending: found.pending, error: found.error, typed, n: entries.length })}
      </p>
    </dialog>
  );
}

/** What is to be said of what is found. */
function said(is: { gone: boolean; pending: boolean; error: string | undefined; typed: string; n: number }): string {
  if (is.typed.trim() !== '') {
    if (is.gone) return 'No contact with the server: vehicles and customers cannot be searched.';
    if (is.error !== undefined) return `Vehicles and customers cannot be searched: ${is.error}`;
    if (is.pending) return 'Searching…';
    if (is.n === 0) return `Nothing is called “${is.typed.trim()}”.`;
    return counted(is.n, 'result');
  }
  return 'Type any part of a VIN, a plate or a customer’s name.';
}
