import type { By } from './customer';

/** A column of the list of customers. */
export interface Column {
  name: string;
  className: string;
  by?: By;
}

/** The columns in their order; narrower screens leave some out. */
export const columns: readonly Column[] = [
  { name: 'Customer', className: 'c-name', by: 'name' },
  { name: 'Address', className: 'c-address' },
  { name: 'Vehicles', className: 'c-vehicles', by: 'vehicles' },
  { name: 'Share', className: 'c-share' },
  { name: 'Connected', className: 'c-connected', by: 'connected' },
  { name: 'Disconnected', className: 'c-disconnected', by: 'disconnected' },
  { name: 'Never seen', className: 'c-never', by: 'never_seen' },
  { name: 'Beyond usual', className: 'c-beyond', by: 'beyond' },
  { name: 'Longest disconnection', className: 'c-longest', by: 'longest' },
  { name: 'Since', className: 'c-since' },
];
