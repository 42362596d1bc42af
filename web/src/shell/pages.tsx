import { IconLayoutList } from '@tabler/icons-react';
import type { ComponentType } from 'react';

/** A page of the header and of the bottom navigation. */
export interface Page {
  to: '/vehicles';
  name: string;
  icon: ComponentType<{ size?: number; stroke?: number }>;
}

/** The pages there are, in their order. A page is added here when its screen works: there are no dead links. */
export const pages: readonly Page[] = [{ to: '/vehicles', name: 'Vehicles', icon: IconLayoutList }];
