import { CatchBoundary } from '@tanstack/react-router';
import { type ReactNode, useCallback, useState } from 'react';
import { Dialog } from '../parts/Dialog';

/** What the shell can show over a screen. */
export type Over = 'palette' | 'help';

type Parts = typeof import('../palette/over');
const load = () => import('../palette/over');

/**
 * What is open over the screen, which is loaded when it is wanted for the first time. Without contact that may fail, which
 * takes nothing away from the screen below, and is tried again the next time. A fault of its own takes nothing away either.
 */
export function useOver(): { over: ReactNode; show: (what: Over) => void; prepare: () => void } {
  const [what, setWhat] = useState<Over>();
  const [parts, setParts] = useState<Parts | 'failed'>();
  const get = useCallback(() => {
    load().then(setParts, () => setParts('failed'));
  }, []);
  const close = () => setWhat(undefined);
  const show = (wanted: Over) => {
    setWhat(wanted);
    if (typeof parts !== 'object') get();
  };
  const over = what && parts && (
    <CatchBoundary getResetKey={() => what} errorComponent={({ error }) => <Failed error={error} onClose={close} />}>
      {shown(parts, what, close, () => setWhat('help'))}
    </CatchBoundary>
  );
  return { over, show, prepare: get };
}

function Failed({ error, onClose }: { error: unknown; onClose: () => void }) {
  return (
    <Dialog title="This has failed" onClose={onClose}>
      <p>It is a fault of the dashboard, not of the fleet. The page below goes on.</p>
      <pre className="mono">{error instanceof Error ? error.message : String(error)}</pre>
    </Dialog>
  );
}

function shown(parts: Parts | 'failed', what: Over, close: () => void, help: () => void): ReactNode {
  if (parts !== 'failed') {
    const { Palette, Help } = parts;
    return what === 'palette' ? <Palette onClose={close} help={help} /> : <Help onClose={close} />;
  }
  return (
    <Dialog title="This cannot be loaded now" onClose={close}>
      <p>The server does not answer, or was updated: then load the page again.</p>
    </Dialog>
  );
}
