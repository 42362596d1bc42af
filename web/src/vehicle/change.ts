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
export type Wrong = Partial<Record<keyof Typed, string>>;
type VehicleChange = components['schemas']['VehicleChange'];

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
  for (const [field, name] of [
    ['interval', 'intervalSeconds'],
    ['grace', 'graceSeconds'],
  ] as const) {
    const text = typed[field].trim();
    if (text === began[field]) continue;
    if (text !== '' && !/^\d{1,9}$/.test(text)) wrong[field] = 'This must be a whole number of seconds, or empty.';
    else change[name] = text === '' ? null : Number(text);
  }
  return { change, wrong };
}

const fields: Readonly<Record<string, keyof Typed>> = {
  registrationNumber: 'plate',
  customerId: 'customer',
  intervalSeconds: 'interval',
  graceSeconds: 'grace',
};

/** The service's errors at their fields, and what belongs to none of them. */
export function wrongOf(problem: { detail: string; errors?: readonly { location: string; message: string }[] }): {
  wrong: Wrong;
  rest: string | undefined;
} {
  const wrong: Wrong = {};
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
