import { type Filter, validFilter } from '../filter/filter';

/** What the address of the list holds: the filter, and which vehicle is looked at beside it. */
export interface ListSearch extends Filter {
  look?: string;
}

/** The search of the list's address; what is no VIN is not looked at. */
export function validLook(search: Record<string, unknown>): ListSearch {
  const found: ListSearch = validFilter(search);
  const look = search['look'];
  if (typeof look === 'string' && /^[A-HJ-NPR-Z0-9]{17}$/i.test(look)) found.look = look.toUpperCase();
  return found;
}
