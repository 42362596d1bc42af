import { IconActivity, IconLayoutDashboard, IconLayoutList, IconUsers } from '@tabler/icons-react';
import type { ComponentType } from 'react';

/** A page of the header and of the bottom navigation. */
export interface Page {
  to: '/' | '/vehicles' | '/customers' | '/live';
  name: string;
  icon: ComponentType<{ size?: number; stroke?: number }>;
}

/** The pages there are, in their order. A page is added here when its screen works: there are no dead links. */
export const pages: readonly Page[] = [
  { to: '/', name: 'Overview', icon: IconLayoutDashboard },
  { to: '/vehicles', name: 'Vehicles', icon: IconLayoutList },
  { to: '/customers', name: 'Customers', icon: IconUsers },
  { to: '/live', name: 'Live', icon: IconActivity },
];
