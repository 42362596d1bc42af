import { useParams, useSearch } from '@tanstack/react-router';
import { ApiError } from '../api/client';
import { useFilter } from '../filter/useFilter';
import { words } from '../marks/Mark';
import { usePageTitle } from '../shell/title';
import { Contact } from './Contact';
import { Crumbs } from './Crumbs';
import { Head } from './Head';
import { Missing } from './Missing';
import { rangeOf, type VehicleSearch } from './range';
import { Side } from './Side';
import { useVehicle } from './useVehicle';
import './vehicle.css';

/** One vehicle: its status with the reason, its past, and what is known of it. */
export function VehiclePage() {
  const vin = (useParams({ strict: false }).vin ?? '').toUpperCase();
  const { range: asked }: VehicleSearch = useSearch({ strict: false });
  const range = rangeOf(asked === undefined ? {} : { range: asked });
  const [filter] = useFilter();
  const { data: vehicle, error, refetch } = useVehicle(vin);
  usePageTitle(vehicle ? vehicle.registrationNumber : vin);
  const unknown = error instanceof ApiError && [404, 422].includes(error.problem.status);
  if (unknown) return <Missing vin={vin} />;
  return (
    <div className="page vehicle">
      <Crumbs vin={vin} filter={filter} range={asked} customer={vehicle?.customer} />
      {vehicle === undefined ? (
        <div className="vehicle-none">
          <h1 className="visually-hidden">Vehicle {vin}</h1>
          {error && (
            <>
              <p>{error.message}</p>
              <button type="button" className="button" onClick={() => void refetch()}>
                Try again
              </button>
            </>
          )}
        </div>
      ) : (
        <div className="vehicle-columns">
          <div className="vehicle-main">
            <Head vehicle={vehicle} />
            <Contact key={vin} vehicle={vehicle} range={range} />
          </div>
          <Side vehicle={vehicle} />
        </div>
      )}
      <p className="visually-hidden" role="status">
        {vehicle && `${vehicle.registrationNumber}: ${words[vehicle.status]}`}
      </p>
    </div>
  );
}
