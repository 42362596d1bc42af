import { Copy } from '../../parts/Copy';
import { Choose } from './Choose';
import type { Steps } from './useImport';

const example = `vin,registration_number,customer,customer_address,interval_seconds,grace_seconds
YS2R4X20005399401,ABC 123,Kalles Grustransporter AB,"Cementvägen 8, 111 11 Södertälje",,
VLUR4X20009093588,DEF 456,Johans Bulk AB,,300,60
`;

/** What is asked for before a file is chosen. */
export function Start({ steps, note }: { steps: Steps; note: string | undefined }) {
  return (
    <>
      <p className="prose">
        A CSV file with one vehicle a line. It is checked first: you see what would be stored, and what is wrong with
        it, before anything is. Customers that are not known yet are registered with their vehicles.
      </p>
      <div role="alert">{note && <p className="import-note">{note}</p>}</div>
      <div className="drop">
        <Choose choose={steps.choose} primary>
          Choose a file
        </Choose>
        <span className="faint">or drop it anywhere on this page</span>
      </div>
      <h2>What the file looks like</h2>
      <div className="example">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be reached by keyboard */}
        <pre className="mono" tabIndex={0}>
          {example}
        </pre>
        <Copy text={example} label="Copy the example" />
      </div>
      <ul className="rules">
        <li>
          The first line names the columns, in any order. <span className="mono">vin</span>,{' '}
          <span className="mono">registration_number</span> and <span className="mono">customer</span> are required.
        </li>
        <li>UTF-8, cells separated by commas or semicolons, at most 200,000 lines and 32 MiB.</li>
        <li>
          A known vehicle gets the values of its line: an empty interval or grace is that of its customer or for all, an
          empty address changes nothing. A vehicle of another customer is a problem: transfer it first.
        </li>
        <li>An exported list of vehicles can be corrected and imported again.</li>
      </ul>
    </>
  );
}
