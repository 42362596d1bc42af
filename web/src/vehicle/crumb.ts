import { type Filter, inWords, silences } from '../filter/filter';
import { words } from '../marks/Mark';

/**
 * A filter as it is said, for the way back to its list: "Disconnected, silent for more than 5 min". `owner` is the customer of
 * the vehicle that came out of it: the one name that is known without asking. Empty where nothing is filtered.
 */
export function crumbOf({ q, status, silentFor, customer }: Filter, owner?: { id: string; name: string }): string {
  const silence = silences.find(({ value }) => value === silentFor);
  const parts = [
    q !== undefined && `“${q}”`,
    status && inWords(status, words),
    silence && `silent for ${silence.words}`,
    customer && customersInWords(customer, owner),
  ].filter((part) => typeof part === 'string');
  const whole = parts.join(', ');
  return whole.charAt(0).toUpperCase() + whole.slice(1);
}

function customersInWords(ids: readonly string[], owner: { id: string; name: string } | undefined): string {
  const others = owner && ids.includes(owner.id) ? ids.length - 1 : ids.length;
  const more = `${others} ${others === 1 ? 'customer' : 'customers'}`;
  if (others === ids.length) return more;
  return others === 0 ? (owner?.name ?? more) : `${owner?.name} and ${others} more`;
}
