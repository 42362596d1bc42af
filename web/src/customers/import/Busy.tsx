import { useId } from 'react';
import type { Import, Steps } from './useImport';

/** How far a file is on its way. Once all of it has arrived an import cannot be taken back. */
export function Busy({ state, steps }: { state: Import & { step: 'check' | 'store' }; steps: Steps }) {
  const { step, file, sent } = state;
  const label = useId();
  const arrived = sent === 1;
  const size = file.bytes.length / 1024 / 1024;
  const words = arrived
    ? step === 'check'
      ? 'Being checked…'
      : 'Being stored. All of the file has arrived: this goes on even where the page is closed.'
    : `Being sent: ${(sent * size).toFixed(1)} of ${size.toFixed(1)} MiB`;
  return (
    <>
      <p id={label} className="prose num">
        {words}
      </p>
      <progress aria-labelledby={label} max={1} {...(!arrived && { value: sent })} />
      <p className="import-actions">
        {!(step === 'store' && arrived) && (
          <button type="button" className="button" onClick={steps.cancel}>
            Cancel
          </button>
        )}
      </p>
    </>
  );
}
