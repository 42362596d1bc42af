import type { VehicleDetail } from '../api/client';
import { duration } from '../format/duration';
import { position } from '../format/number';
import { inFull, moment } from '../format/time';
import { words } from '../marks/Mark';
import { plain, reasonOf } from './reason';

/**
 * What a ticket needs to know of a vehicle, as plain text. All times are UTC with their day, whatever zone is on screen: it is
 * read by others, elsewhere and later. `now` is the service's time in milliseconds, `link` the address of the vehicle's page.
 */
export function ticket(vehicle: VehicleDetail, now: number, link: string): string {
  const { vin, registrationNumber, customer, status, since, lastHeartbeat, location } = vehicle;
  const utc = (iso: string) => `${inFull(iso, 'utc')} UTC`;
  const sentence = reasonOf(vehicle, {
    now,
    zone: 'utc',
    zoneName: 'UTC',
    moment: (iso) => moment(iso, new Date(now), 'utc'),
  });
  const lines = [
    `${registrationNumber} (VIN ${vin}), ${customer.name}`,
    since === undefined
      ? words[status]
      : `${words[status]} since ${utc(since)}, ${duration((now - Date.parse(since)) / 1000)}`,
    plain(sentence),
    `Last heard: ${lastHeartbeat === undefined ? 'never' : utc(lastHeartbeat)}`,
    location && `Last position: ${position(location.lat, location.lon)}, ${utc(location.at)}`,
    `As of: ${utc(new Date(now).toISOString())}`,
    link,
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}
