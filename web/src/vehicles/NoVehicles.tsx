import { Link } from '@tanstack/react-router';
import { Copy } from '../parts/Copy';
import { useMay, useSession } from '../shell/session';
import { Register } from './Register';
import './nothing.css';

const vin = 'YS2R4X20005399401';

/** How the first vehicle comes: two commands for this very server. */
export function NoVehicles() {
  const needed = useSession().data?.needed ?? false;
  const mayImport = useMay('admin');
  const { register, ping } = commands(document.baseURI, needed);
  return (
    <div className="nothing no-vehicles">
      <h1>No vehicles yet</h1>
      <p className="nothing-lead">Register one, let it ping once, and it appears here as Connected within a second.</p>
      <div className="no-vehicles-register">
        <Register />
      </div>
      <ol>
        <Step n={1} name="Register a vehicle" command={register} />
        <Step n={2} name="Send its first heartbeat" command={ping} />
      </ol>
      <p className="listening">
        <svg className="beats beating" viewBox="0 0 14 12" width="14" height="12" aria-hidden="true">
          <rect x="0" y="0.5" width="3" height="11" />
          <rect x="6" y="5" width="2" height="2" />
          <rect x="11" y="5" width="2" height="2" />
        </svg>
        Listening. Nothing heard so far; this page changes by itself.
      </p>
      <p className="faint">
        {mayImport && (
          <>
            Have a list already?{' '}
            <Link to="/customers/import" className="link underlined">
              Import a CSV
            </Link>{' '}
            of customers and vehicles.{' '}
          </>
        )}
        {!needed && (
          <>
            Only looking? <code className="mono">fleetbeat demo</code> starts seven vehicles that ping.
          </>
        )}
      </p>
    </div>
  );
}

function Step({ n, name, command }: { n: number; name: string; command: string }) {
  return (
    <li>
      <h2>
        <span className="faint">{n}</span> {name}
      </h2>
      <div className="command">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be reached by keyboard */}
        <pre tabIndex={0}>{command}</pre>
        <Copy text={command} label={`Copy the command: ${name}`}>
          Copy
        </Copy>
      </div>
    </li>
  );
}

/** The two commands, for the server that a page came from; where keys are needed they have one's place. */
export function commands(base: string, keyed: boolean): { register: string; ping: string } {
  const at = base.replace(/\/[^/]*$/, '').replace(/^http:\/\//, '');
  const key = keyed ? ` \\\n  -H 'Authorization: Bearer YOUR-KEY'` : '';
  const body = `{"vin":"${vin}","registrationNumber":"ABC 123",\n       "customer":"Kalles Grustransporter AB"}`;
  return {
    register: `curl -X POST ${at}/api/v1/vehicles${key} \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`,
    ping: `curl -X POST ${at}/heartbeat/${vin}${key}`,
  };
}
