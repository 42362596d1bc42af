import { type ReactNode, useCallback, useState } from 'react';
import { Dialog } from '../parts/Dialog';

/** What the shell can show over a screen. */
export type Over = 'palette' | 'help';

type Parts = typeof import('../palette/over');
const load = () => import('../palette/over');

/**
 * What is open over the screen, which is loaded when it is wanted for the first time. Without contact that may fail, which
 * takes nothing away from the screen below, and is tried again the next time.
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
  return { over: what && parts && shown(parts, what, close, () => setWhat('help')), show, prepare: get };
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
