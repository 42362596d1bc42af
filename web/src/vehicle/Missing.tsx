import { Link } from '@tanstack/react-router';
import './vehicle.css';

/** What stands where no vehicle is: it never was, is no more, or is not for this key; which of them is not told. */
export function Missing({ vin }: { vin: string }) {
  return (
    <div className="page vehicle">
      <div className="vehicle-missing">
        <h1>No vehicle with VIN {vin}</h1>
        <p>It may have been decommissioned, or the VIN may have a letter too many or another one.</p>
        <p>
          <Link to="/vehicles" search={{ q: vin.slice(-6) }} className="link">
            Search for {vin.slice(-6)}
          </Link>
          <Link to="/lookup" className="link">
            Paste a list
          </Link>
          <Link to="/vehicles" className="link">
            All vehicles
          </Link>
        </p>
      </div>
    </div>
  );
}
