import { address, type VehicleDetail } from '../api/client';
import { useCopy } from '../parts/Copy';
import { useKeys } from '../shell/keys';
import { useTime } from '../shell/time';
import { ticket } from './ticket';

/** Copies what a ticket needs to know of a vehicle, also by the key `c`; says how that went. */
export function useTicket(vehicle: VehicleDetail | undefined) {
  const time = useTime();
  const copied = useCopy(() => (vehicle ? ticket(vehicle, time.now, address(`/vehicles/${vehicle.vin}`)) : ''));
  useKeys('ticket', { copy: vehicle && copied[1] });
  return copied;
}
