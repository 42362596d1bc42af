import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '../../api/client';
import { sentence } from '../form';
import { type Imported, mostBytes, upload } from './upload';

/** A file that was chosen, read once: what was checked is what is imported, whatever becomes of it on the disk. */
export interface Chosen {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** How far an import is. */
export type Import =
  | { step: 'choose'; note?: string }
  | { step: 'check' | 'store'; file: Chosen; sent: number }
  | { step: 'checked' | 'stored'; file: Chosen; answer: Imported; note?: string; doubt?: boolean }
  | {
      step: 'failed';
      file: Chosen;
      why: string;
      /** Whether nobody knows what became of it. */
      open: boolean;
      /** Whether the same file may be taken another time: what no service could read it never will be. */
      again: boolean;
    };

/** What can be done with an import. */
export interface Steps {
  choose: (file: File) => void;
  /** Checks the chosen file, again perhaps: a dry run. */
  check: () => void;
  store: () => void;
  cancel: () => void;
}

const cancelled = 'You cancelled while the file was being sent.';

/** An import, and what can be done with it. Leaving the page ends what is being sent. */
export function useImport(): [Import, Steps] {
  const [state, setState] = useState<Import>({ step: 'choose' });
  const queries = useQueryClient();
  const stop = useRef<AbortController>(undefined);
  const doubt = useRef(false); // whether an import of this file was begun and nobody knows what became of it
  useEffect(() => () => stop.current?.abort(), []);

  const send = useCallback(
    async (file: Chosen, step: 'check' | 'store', note?: string) => {
      stop.current?.abort();
      const mine = new AbortController();
      stop.current = mine;
      const still = (next: Import) => stop.current === mine && setState(next);
      still({ step, file, sent: 0 });
      const onSent = (sent: number) => still({ step, file, sent });
      try {
        const answer = await upload(file.bytes, { dryRun: step === 'check', onSent, signal: mine.signal });
        if (step === 'store' || answer.registered === 0) doubt.current = false;
        const told = doubt.current ? doubted : note;
        const more = { ...(told !== undefined && { note: told }), doubt: doubt.current };
        still({ step: step === 'check' ? 'checked' : 'stored', file, answer, ...more });
        if (step === 'store') void queries.invalidateQueries();
      } catch (error) {
        if (step === 'store' && refusedLines(error)) {
          void again.current(file, 'check', 'The fleet has changed since the file was checked.');
          return;
        }
        const end = failed(file, step, error, mine.signal.aborted);
        if (end.open) doubt.current = true;
        still(step === 'check' && mine.signal.aborted && !doubt.current ? noChoice : { ...end, open: doubt.current });
      }
    },
    [queries],
  );
  const again = useRef(send);
  const [file, setFile] = useState<Chosen>();
  return [
    state,
    {
      choose: (chosen) => {
        stop.current?.abort();
        void read(chosen).then((result) => {
          if (typeof result === 'string') setState({ step: 'choose', note: result });
          else {
            doubt.current = false;
            setFile(result);
            void send(result, 'check');
          }
        });
      },
      check: () => file && void send(file, 'check'),
      store: () => file && void send(file, 'store'),
      cancel: () => stop.current?.abort(),
    },
  ];
}

const doubted =
  'An import of this file was interrupted. The server may still be storing it: check again a little later. Importing it twice does no harm.';
const noChoice: Import = { step: 'choose', note: 'Cancelled. Nothing has been stored.' };

/** Whether the service refused the lines of a file, and not the file. */
function refusedLines(error: unknown): boolean {
  return error instanceof ApiError && error.problem.status === 422 && (error.problem.errors?.length ?? 0) > 0;
}

/** Statuses that are about the file alone. */
const hopeless: ReadonlySet<number> = new Set([400, 413, 422]);

/** What is known after a failure. Only an answer below 500 says that nothing was stored; an import goes on without a listener. */
function failed(file: Chosen, step: 'check' | 'store', error: unknown, stopped: boolean) {
  const known = step === 'check' || (error instanceof ApiError && error.problem.status < 500);
  const again = !(error instanceof ApiError && hopeless.has(error.problem.status));
  const why = error instanceof ApiError ? sentence(error.message) : stopped ? cancelled : 'The server did not answer.';
  return { step: 'failed' as const, file, why, open: !known, again };
}

/** Reads a file, or says why it cannot be imported. */
async function read(file: File): Promise<Chosen | string> {
  if (file.size > mostBytes) {
    const size = (file.size / 1024 / 1024).toFixed(1);
    return `${file.name} has ${size} MiB. A file may have at most 32 MiB and 200,000 lines; import it in several files.`;
  }
  try {
    return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
  } catch {
    return `${file.name} could not be read. Is it a file, and is it still there?`;
  }
}
