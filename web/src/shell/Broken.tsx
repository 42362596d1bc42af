import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { useGone, useLiveState } from './live';
import { NotLoaded } from './screen';
import { usePageTitle } from './title';

const reload = () => location.reload();

/** What stands in place of a screen that failed. The header and the other screens go on. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const gone = useGone();
  const lost = useLiveState() === 'lost';
  const away = gone || lost;
  const unloaded = error instanceof NotLoaded;
  const title = !unloaded ? 'This page has failed' : away ? 'This page cannot be loaded now' : 'Fleetbeat was updated';
  usePageTitle(title);
  return (
    <section className="page message" aria-label={title}>
      <h1>{title}</h1>
      {unloaded && away && <p>There is no contact with the server, and this page has not been opened here before.</p>}
      {unloaded && !away && (
        <p>The server has a newer dashboard than this tab. What you were looking at is in the address and stays.</p>
      )}
      {!unloaded && (
        <>
          <p>It is a fault of the dashboard, not of the fleet. The server goes on watching.</p>
          <pre className="mono">{error instanceof Error ? error.message : String(error)}</pre>
        </>
      )}
      <p className="message-actions">
        {unloaded && away ? (
          <button type="button" className="button primary" onClick={reset}>
            Try again
          </button>
        ) : (
          <button type="button" className="button primary" onClick={reload}>
            Load again
          </button>
        )}
        {!unloaded && (
          <button type="button" className="button" onClick={reset}>
            Try without loading
          </button>
        )}
        <Link to="/" className="button">
          Overview
        </Link>
      </p>
    </section>
  );
}

/** What stands at an address that leads nowhere. */
export function NotFound() {
  usePageTitle('Nothing here');
  return (
    <section className="page message" aria-label="Nothing here">
      <h1>There is no such page</h1>
      <p>Perhaps the address was cut off when it was copied.</p>
      <p className="message-actions">
        <Link to="/vehicles" className="button primary">
          All vehicles
        </Link>
        <Link to="/" className="button">
          Overview
        </Link>
      </p>
    </section>
  );
}

/** What stands while a screen's code is loaded: nothing that could jump. */
export function Coming() {
  return <div className="page" aria-busy="true" />;
}
