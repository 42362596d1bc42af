import { Link } from '@tanstack/react-router';
import { type DragEvent, useEffect, useRef } from 'react';
import { count, counted } from '../format/number';
import { useGone } from '../shell/live';
import { useSession } from '../shell/session';
import { usePageTitle } from '../shell/title';
import { Busy } from './import/Busy';
import { Checked, changesAnything } from './import/Checked';
import { Failed } from './import/Failed';
import { Start } from './import/Start';
import { Stored } from './import/Stored';
import { type Import, type Steps, useImport } from './import/useImport';
import './import.css';

/** The import of a CSV file of vehicles and their customers: chosen, checked, corrected, stored. */
export function ImportPage() {
  const { data: session } = useSession();
  const may = session === undefined || !session.needed || (session.scopes?.includes('admin') ?? false);
  const [state, steps] = useImport();
  const gone = useGone();
  const busy = state.step === 'store'; // dropped beside an import that is under way it would hide what becomes of that
  const drop = useDrop(may && !gone && !busy ? steps.choose : undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  const { step } = state;
  usePageTitle('Import CSV');
  useEffect(() => {
    if (step !== 'choose') heading.current?.focus(); // the button that was pressed is gone, and focus with it
  }, [step]);
  return (
    <section className="page import" aria-label="Import CSV" {...drop}>
      <nav className="crumbs" aria-label="Where this is">
        <Link to="/customers" className="link">
          Customers
        </Link>
        <span aria-hidden="true">/</span>
        <span aria-current="page">Import CSV</span>
      </nav>
      <h1 ref={heading} tabIndex={-1} aria-live="polite">
        {may ? titled(state) : 'Importing needs a key with the scope admin'}
      </h1>
      {may ? (
        <Step state={state} steps={steps} />
      ) : (
        <p className="prose">Yours has not got it. Log in with another key, or ask whoever has one.</p>
      )}
    </section>
  );
}

function Step({ state, steps }: { state: Import; steps: Steps }) {
  switch (state.step) {
    case 'choose':
      return <Start steps={steps} note={state.note} />;
    case 'check':
    case 'store':
      return <Busy state={{ ...state, step: state.step }} steps={steps} />;
    case 'checked':
      return (
        <>
          {state.note && <p className="prose">{state.note}</p>}
          <Checked file={state.file} answer={state.answer} steps={steps} />
        </>
      );
    case 'stored':
      return <Stored file={state.file} answer={state.answer} steps={steps} />;
    case 'failed':
      return <Failed state={state} steps={steps} />;
  }
}

function titled(state: Import): string {
  switch (state.step) {
    case 'choose':
      return 'Import vehicles and customers';
    case 'check':
      return `Checking ${state.file.name}`;
    case 'store':
      return `Importing ${state.file.name}`;
    case 'checked':
      if (state.answer.problemCount > 0)
        return `${counted(state.answer.problemCount, 'problem')}. Nothing has been stored.`;
      if (state.answer.rows === 0) return 'No vehicle is in the file: it names its columns and has no other line.';
      if (!changesAnything(state.answer)) return 'Nothing to import: all of it is stored already.';
      return `${count(state.answer.rows)} ${state.answer.rows === 1 ? 'line is' : 'lines are'} in order.${state.doubt ? '' : ' Nothing has been stored yet.'}`;
    case 'stored':
      return `${state.file.name} is imported.`;
    case 'failed':
      return state.open ? 'Not known whether it was stored.' : 'The file was not imported. Nothing has been stored.';
  }
}

/** Takes a file that is dropped on the page. One that is dropped beside it must not make the browser leave for the file. */
function useDrop(choose: ((file: File) => void) | undefined) {
  useEffect(() => {
    const stay = (event: Event) => event.preventDefault();
    window.addEventListener('dragover', stay);
    window.addEventListener('drop', stay);
    return () => {
      window.removeEventListener('dragover', stay);
      window.removeEventListener('drop', stay);
    };
  }, []);
  return {
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      const file = event.dataTransfer.files[0];
      if (file) choose?.(file);
    },
  };
}
