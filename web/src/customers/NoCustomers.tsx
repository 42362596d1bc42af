import { IconPlus, IconUpload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';

/** What stands where no customer is: how to get one, or out of a search that finds none. */
export function NoCustomers({
  q,
  may,
  onRegister,
  onClear,
}: {
  q: string | undefined;
  may: boolean;
  onRegister: () => void;
  onClear: () => void;
}) {
  if (q !== undefined)
    return (
      <div className="nothing">
        <h2>No customer matches “{q}”</h2>
        <p>Neither a name nor an address has this text in it.</p>
        <p className="nothing-actions">
          <button type="button" className="button" onClick={onClear}>
            Show all customers
          </button>
        </p>
      </div>
    );
  return (
    <div className="nothing">
      <h2>No customers yet</h2>
      <p>
        {may
          ? 'Register one, or import a CSV file of vehicles: their customers are registered with them.'
          : 'They appear here when somebody with an admin key registers one.'}
      </p>
      {may && (
        <p className="nothing-actions">
          <Link to="/customers/import" className="button">
            <IconUpload size={16} stroke={1.5} /> Import CSV
          </Link>
          <button type="button" className="button primary" onClick={onRegister}>
            <IconPlus size={16} stroke={1.75} /> Register customer
          </button>
        </p>
      )}
    </div>
  );
}

/** What stands where the customers could not be read. */
export function NotRead({ why, onAgain }: { why: string; onAgain: () => void }) {
  return (
    <div className="nothing" role="alert">
      <h2>The customers cannot be shown</h2>
      <p>{why}</p>
      <p className="nothing-actions">
        <button type="button" className="button" onClick={onAgain}>
          Try again
        </button>
      </p>
    </div>
  );
}
