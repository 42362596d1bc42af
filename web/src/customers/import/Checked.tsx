import { IconCheck, IconDownload } from '@tabler/icons-react';
import { useMemo } from 'react';
import { count, counted } from '../../format/number';
import { Copy } from '../../parts/Copy';
import { AllLines } from './AllLines';
import { Choose } from './Choose';
import { Lines } from './lines';
import { Names } from './Names';
import { linesOf, Numbers } from './Numbers';
import { asCSV, asText, byLine, type LineTold } from './problems';
import { Sends } from './Sends';
import { ToldTable } from './ToldTable';
import type { Imported } from './upload';
import type { Chosen, Steps } from './useImport';

interface Props {
  file: Chosen;
  answer: Imported;
  steps: Steps;
}

/** What a check found: what would happen, or what is wrong. */
export function Checked(props: Props) {
  const { file, answer } = props;
  const lines = useMemo(() => new Lines(file.bytes), [file]);
  return answer.problemCount > 0 ? <Refused {...props} lines={lines} /> : <InOrder {...props} lines={lines} />;
}

/** Whether a file would change anything. */
export function changesAnything(answer: Imported): boolean {
  return answer.registered + answer.changed + answer.newCustomerCount + answer.changedCustomerCount > 0;
}

function InOrder({ file, answer, steps, lines }: Props & { lines: Lines }) {
  const warnings = useMemo(() => byLine(answer.warnings), [answer]);
  const changes = changesAnything(answer);
  const choice = <Choose choose={steps.choose}>Choose another file</Choose>;
  if (answer.rows === 0) return <p className="import-actions">{choice}</p>;
  return (
    <>
      <p className="prose">
        {changes ? (
          <>
            <AllLines n={answer.rows} name={file.name} verb="were" /> checked. This is what importing it does; an import
            is stored whole or not at all.
          </>
        ) : (
          <>
            <AllLines n={answer.rows} name={file.name} verb="are" /> stored as in the file.
          </>
        )}
      </p>
      <Numbers answer={answer} />
      <p className="import-actions">
        {changes && (
          <Sends className="primary" onClick={steps.store}>
            <IconCheck size={16} stroke={1.5} /> Import {counted(answer.rows, 'line')}
          </Sends>
        )}
        {choice}
      </p>
      <Names title="New customers" names={answer.newCustomers} total={answer.newCustomerCount} />
      <Names
        title="Customers with another address"
        names={answer.changedCustomers}
        total={answer.changedCustomerCount}
      />
      {warnings.length > 0 && (
        <section>
          <h2>Worth a look before it is imported</h2>
          <ToldTable label="Warnings" what="What is unusual" told={warnings} lines={lines} />
        </section>
      )}
    </>
  );
}

function Refused({ file, answer, steps, lines }: Props & { lines: Lines }) {
  const told = useMemo(() => byLine(answer.problems), [answer]);
  const all = answer.problems.length === answer.problemCount;
  const read = linesOf(answer);
  return (
    <>
      <p className="prose">
        {all ? (
          <>
            <AllLines n={read} name={file.name} verb="were" /> checked. Correct the{' '}
            {told.length === 1 ? 'line' : counted(told.length, 'line')} below and choose the file again: an import is
            stored whole or not at all.
          </>
        ) : (
          <>
            <b>{file.name}</b> was checked. The first {count(answer.problems.length)} problems are below; correct them
            and choose the file again: an import is stored whole or not at all.
          </>
        )}
      </p>
      <Numbers answer={answer} />
      <p className="import-actions">
        <Choose choose={steps.choose} primary>
          Choose the corrected file
        </Choose>
        <Copy text={() => asText(file.name, told, lines)} label="Copy the problems">
          Copy the problems
        </Copy>
        <button type="button" className="button" onClick={() => save(file.name, told, lines)}>
          <IconDownload size={16} stroke={1.5} /> Problem lines as CSV
        </button>
      </p>
      <ToldTable label="Problems" what="What is wrong" told={told} lines={lines} />
      {all && (
        <p className="told-foot">
          {read > told.length && (
            <>
              <IconCheck size={16} stroke={1.5} /> The other {counted(read - told.length, 'line')}{' '}
              {read - told.length === 1 ? 'is' : 'are'} in order.{' '}
            </>
          )}
          Columns found: <span className="mono">{lines.columns.join(', ')}</span>.
        </p>
      )}
    </>
  );
}

/** Saves the lines with problems as a file. */
function save(name: string, told: readonly LineTold[], lines: Lines): void {
  const url = URL.createObjectURL(new Blob([asCSV(told, lines)], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name.replace(/\.csv$/i, '')}-problems.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it after the click
}
