import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import type { VehicleDetail } from '../api/client';
import { useTime } from '../shell/time';
import { reasonOf } from './reason';

/** Why a vehicle has its status, in words, going on with the clock. */
export function ReasonSentence({ vehicle }: { vehicle: VehicleDetail }) {
  const time = useTime();
  return (
    <p className="reason-sentence num">
      {reasonOf(vehicle, time).map((piece, i) => {
        const key = `${vehicle.reason.rule} ${i}`;
        if (typeof piece === 'string') return <Fragment key={key}>{piece}</Fragment>;
        if ('strong' in piece) return <b key={key}>{piece.strong}</b>;
        return (
          <Link key={key} to="/vehicles" search={{ customer: [piece.customer.id] }} className="reason-customer">
            {piece.customer.name}
          </Link>
        );
      })}
    </p>
  );
}
