import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import type { VehicleDetail } from '../api/client';
import type { Filter } from '../filter/filter';
import { count } from '../format/number';
import { useKeys } from '../shell/keys';
import { crumbOf } from './crumb';
import type { Range } from './range';
import { toStrip } from './toStrip';
import { useNeighbours } from './useNeighbours';
import { useReadAhead } from './useVehicle';

interface Props {
  vin: string;
  filter: Filter;
  range: Range['value'] | undefined;
  customer: VehicleDetail['customer'] | undefined;
}

/** The way back to the list, and the steps within it: [ and ]. */
export function Crumbs({ vin, filter, range, customer }: Props) {
  const { place, total, previous, next } = useNeighbours(vin, filter);
  const navigate = useNavigate();
  const readAhead = useReadAhead();
  const ahead = useEffectEvent(readAhead);
  const search = { ...filter, ...(range && { range }) };
  const step = (to: string | undefined) => () => {
    if (to !== undefined) void navigate({ to: '/vehicles/$vin', params: { vin: to }, search });
  };
  useEffect(() => {
    for (const each of [previous, next]) if (each !== undefined) ahead(each);
  }, [previous, next]);
  // One call names all keys of the page: the help is made of them.
  useKeys('vehicle', { previous: step(previous), next: step(next), older: toStrip, newer: toStrip });
  const words = crumbOf(filter, customer);
  return (
    <div className="crumbs">
      <nav aria-label="Where this is" className="crumb">
        <Link to="/vehicles" search={filter} className="link" aria-label={`Vehicles${words && `: ${words}`}`}>
          Vehicles
        </Link>
        {words !== '' && (
          <span className="crumb-words" title={words}>
            <span aria-hidden="true">/</span> {words}
          </span>
        )}
      </nav>
      <div className="steps">
        {place !== undefined && total && (
          <span className="num faint">
            {count(place)} of {count(total.n, total.atLeast)}
          </span>
        )}
        {(previous ?? next) !== undefined && (
          <>
            <Step to={previous} search={search} name="Previous vehicle" shortcut="[" />
            <Step to={next} search={search} name="Next vehicle" shortcut="]" />
            <span className="step-keys" aria-hidden="true">
              <span className="kbd">[</span> <span className="kbd">]</span>
            </span>
          </>
        )}
      </div>
    </div>
  );
}

interface StepProps {
  to: string | undefined;
  search: Filter;
  name: string;
  shortcut: '[' | ']';
}

function Step({ to, search, name, shortcut }: StepProps) {
  const Icon = shortcut === '[' ? IconChevronLeft : IconChevronRight;
  const icon = <Icon size={18} stroke={1.5} />;
  if (to === undefined)
    return (
      <button type="button" className="icon-button" aria-label={name} disabled>
        {icon}
      </button>
    );
  return (
    <Link
      to="/vehicles/$vin"
      params={{ vin: to }}
      search={search}
      className="icon-button"
      aria-label={name}
      aria-keyshortcuts={shortcut}
    >
      {icon}
    </Link>
  );
}
