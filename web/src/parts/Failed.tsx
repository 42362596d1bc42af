import './parts.css';

/** Says why something could not be read, in the service's own sentence, and reads it again when asked to. */
export function Failed({ error, again }: { error: Error; again: () => void }) {
  const why = error instanceof TypeError ? 'The server does not answer.' : sentence(error.message);
  return (
    <p className="failed" role="alert">
      {why}{' '}
      <button type="button" className="text-button" onClick={again}>
        Try again
      </button>
    </p>
  );
}

/** The service's sentences begin in lower case and end without a stop. */
function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
