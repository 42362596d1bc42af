import type { VehicleDetail } from '../api/client';
import type { components } from '../api/schema';

/** What somebody typed into the form of a vehicle; an empty timeout is inherited. */
export interface Typed {
  plate: string;
  customer: string;
  interval: string;
  grace: string;
}
/** What is wrong, by the field it is wrong with. */
export type Wrong<Name extends string = keyof Typed> = Partial<Record<Name, string>>;
type VehicleChange = components['schemas']['VehicleChange'];

const timeouts = [
  ['interval', 'intervalSeconds'],
  ['grace', 'graceSeconds'],
] as const;
const noSeconds = 'This must be a whole number of seconds, or empty.';

/** The form of a vehicle as it is. */
export function typedOf({ registrationNumber, customer, reason }: VehicleDetail): Typed {
  return {
    plate: registrationNumber,
    customer: customer.name,
    interval: reason.intervalFrom === 'vehicle' ? String(reason.intervalSeconds) : '',
    grace: reason.graceFrom === 'vehicle' ? String(reason.graceSeconds) : '',
  };
}

/**
 * What is to be changed: only what differs from how the form began, so that a change by somebody else meanwhile is not undone.
 * Whole seconds are checked here, because a number that is none cannot be sent; all other rules are the service's.
 */
export function changeOf(
  began: Typed,
  typed: Typed,
  customerId: string | undefined,
): { change: VehicleChange; wrong: Wrong } {
  const change: VehicleChange = {};
  const wrong: Wrong = {};
  if (typed.plate.trim() !== began.plate) change.registrationNumber = typed.plate.trim();
  if (typed.customer.trim() !== began.customer) {
    if (customerId === undefined) wrong.customer = 'There is no customer of this name.';
    else change.customerId = customerId;
  }
  for (const [field, name] of timeouts) {
    const text = typed[field].trim();
    if (text === began[field]) continue;
    if (text !== '' && !/^\d{1,9}$/.test(text)) wrong[field] = noSeconds;
    else change[name] = text === '' ? null : Number(text);
  }
  return { change, wrong };
}

const fields: Readonly<Record<string, keyof TypedNew>> = {
  vin: 'vin',
  registrationNumber: 'plate',
  customerId: 'customer',
  customer: 'customer',
  intervalSeconds: 'interval',
  graceSeconds: 'grace',
};

/** What was typed of a new vehicle. */
export interface TypedNew extends Typed {
  vin: string;
}
type NewVehicle = components['schemas']['NewVehicle'];

/** A new vehicle from what was typed of it. One whose customer is not registered yet names it: it is registered along with it. */
export function newOf(
  typed: TypedNew,
  customerId: string | undefined,
): { vehicle: NewVehicle; wrong: Wrong<keyof TypedNew> } {
  const wrong: Wrong<keyof TypedNew> = {};
  const customer = typed.customer.trim();
  const vehicle: NewVehicle = {
    vin: typed.vin.replace(/\s/g, '').toUpperCase(),
    registrationNumber: typed.plate.trim(),
    ...(customerId === undefined ? { customer } : { customerId }),
  };
  if (vehicle.vin === '') wrong.vin = 'Must not be empty.';
  if (vehicle.registrationNumber === '') wrong.plate = 'Must not be empty.';
  if (customer === '') wrong.customer = 'Whose is it? A name that is not known yet is registered.';
  for (const [field, name] of timeouts) {
    const text = typed[field].trim();
    if (text === '') continue;
    if (/^\d{1,9}$/.test(text)) vehicle[name] = Number(text);
    else wrong[field] = noSeconds;
  }
  return { vehicle, wrong };
}

/** The service's errors at their fields, and what belongs to none of them. */
export function wrongOf(problem: { detail: string; errors?: readonly { location: string; message: string }[] }): {
  wrong: Wrong<keyof TypedNew>;
  rest: string | undefined;
} {
  const wrong: Wrong<keyof TypedNew> = {};
  const rest: string[] = [];
  for (const { location, message } of problem.errors ?? []) {
    const field = fields[location.replace(/^body\./, '')];
    if (field) wrong[field] = message;
    else rest.push(message);
  }
  if (Object.keys(wrong).length === 0 && rest.length === 0) return { wrong, rest: problem.detail };
  return { wrong, rest: rest.length > 0 ? rest.join(' ') : undefined };
}

/** Whether what was typed is the plate: letters and digits count, nobody should fail for a space. */
export function confirms(typed: string, plate: string): boolean {
  const bare = (text: string) => text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');
  return bare(typed) === bare(plate) && typed.trim() !== '';
}
