import { Choose } from './Choose';
import { Sends } from './Sends';
import type { Import, Steps } from './useImport';

/** Why an import came to nothing, or that nobody knows what it came to, and how to find out. */
export function Failed({ state, steps }: { state: Import & { step: 'failed' }; steps: Steps }) {
  return (
    <>
      <p className="prose" role="alert">
        {state.why}
      </p>
      {state.open && (
        <p className="prose">
          Either the whole file has been stored, or nothing of it. To find out, check the file again: vehicles that are
          stored are then <b>already known, same</b>. Where only some are, the server is still storing the others: check
          again a little later. Importing it twice does no harm.
        </p>
      )}
      <p className="import-actions">
        {state.again && (
          <Sends className="primary" onClick={steps.check}>
            Check the file again
          </Sends>
        )}
        <Choose choose={steps.choose} primary={!state.again}>
          Choose another file
        </Choose>
      </p>
    </>
  );
}
