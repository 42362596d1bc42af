import {
  IconClock,
  IconDownload,
  IconKey,
  IconKeyboard,
  IconListSearch,
  IconMoon,
  IconPlus,
  IconSun,
  IconUpload,
} from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import { address } from '../api/client';
import { type Filter, partsOf, stringifySearch, validFilter } from '../filter/filter';
import { keymap } from '../shell/keymap';
import { useGone } from '../shell/live';
import { pages } from '../shell/pages';
import { useMay } from '../shell/session';
import { useTheme } from '../shell/ThemeSwitch';
import { localZone, useZone } from '../shell/time';
import type { Entry, Grouped } from './entries';

const keyOf: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(keymap.shell.acts).map(([name, [[key]]]) => [name, key]),
);

/** The pages, and what can be done from anywhere by who asks. */
export function useActions(help: () => void): Grouped[] {
  const admin = useMay('admin');
  const gone = useGone();
  const shown = useView();
  const switches = useSwitches();
  const exported: Entry = {
    id: 'export',
    name: partsOf(shown) > 0 ? 'Export the vehicles of this filter' : 'Export all vehicles',
    also: 'csv download',
    icon: IconDownload,
    act: () => location.assign(address(`/api/v1/vehicles${stringifySearch({ ...shown, format: 'csv' })}`)),
  };
  const registry: Entry[] = [
    {
      id: 'register-vehicle',
      name: 'Register a vehicle',
      also: 'new add',
      icon: IconPlus,
      to: { to: '/vehicles', hash: 'register' },
    },
    {
      id: 'register',
      name: 'Register customer',
      also: 'new add',
      icon: IconPlus,
      to: { to: '/customers', hash: 'register' },
    },
    {
      id: 'import',
      name: 'Import a CSV',
      also: 'upload vehicles customers',
      icon: IconUpload,
      to: { to: '/customers/import' },
    },
    { id: 'keys', name: 'API keys', also: 'access', icon: IconKey, to: { to: '/keys' } },
  ];
  return [
    {
      name: 'Pages',
      entries: pages.map(({ to, name, icon }) => {
        const key = keyOf[name.toLowerCase()];
        return { id: `page-${name}`, name, icon, to: { to }, ...(key !== undefined && { key }) };
      }),
    },
    {
      name: 'Actions',
      entries: [
        {
          id: 'lookup',
          name: 'Paste a list',
          also: 'lookup find vins plates',
          icon: IconListSearch,
          to: { to: '/lookup' },
        },
        ...(gone ? [] : [exported]),
        ...(admin ? registry.filter(({ id }) => !gone || id === 'keys') : []),
        ...switches,
        { id: 'help', name: 'Keyboard shortcuts', also: 'help keys', icon: IconKeyboard, key: '?', act: help },
      ],
    },
  ];
}

/** What this browser shows otherwise. */
function useSwitches(): Entry[] {
  const [dark, setDark] = useTheme();
  const [zone, setZone] = useZone();
  const local = localZone(new Date());
  const theme: Entry = {
    id: 'theme',
    name: dark ? 'Light theme' : 'Dark theme',
    also: 'colour switch',
    icon: dark ? IconSun : IconMoon,
    act: () => setDark(!dark),
  };
  if (local === 'UTC') return [theme];
  const [to, name] = zone === 'utc' ? (['local', local] as const) : (['utc', 'UTC'] as const);
  const times: Entry = {
    id: 'zone',
    name: `Times in ${name}`,
    also: 'zone local utc time',
    icon: IconClock,
    act: () => setZone(to),
  };
  return [theme, times];
}

/** The filter of the list that is shown; of another page it would be a surprise. */
function useView(): Filter {
  const { pathname, search } = useLocation();
  return pathname === '/vehicles' ? validFilter(texts(search)) : {};
}

function texts(search: object): Record<string, unknown> {
  return Object.fromEntries(new URLSearchParams(stringifySearch({ ...search })));
}
