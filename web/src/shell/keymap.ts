/** What a key does, by the name that the screen gives its act: the keys, as `event.key`, and the words of the help. */
type Acts = Readonly<Record<string, readonly [keys: readonly string[], does: string]>>;

/** The keys of one screen, or of a part that several screens have. */
export interface Group {
  name: string;
  acts: Acts;
}

/**
 * All keys of all screens. It is the help too, so that help can never lie: a screen has to give each act named here what it
 * does, and can give no other. `Mod k` is Ctrl or ⌘ with k, which acts also where somebody types; `g v` is g, then v.
 */
export const keymap = {
  shell: {
    name: 'Everywhere',
    acts: {
      palette: [['Mod k'], 'Go to a vehicle, a customer, a page or an action'],
      overview: [['g o'], 'Overview'],
      vehicles: [['g v'], 'Vehicles'],
      customers: [['g c'], 'Customers'],
      live: [['g l'], 'Live'],
      help: [['?'], 'These keys'],
    },
  },
  search: {
    name: 'Where there is a filter',
    acts: { search: [['/'], 'Search by VIN, plate or customer'] },
  },
  overview: {
    name: 'Overview',
    acts: {
      disconnected: [['1'], 'Disconnected, in or out of the filter'],
      connected: [['2'], 'Connected, in or out'],
      neverSeen: [['3'], 'Never seen, in or out'],
    },
  },
  rows: {
    name: 'Vehicles',
    acts: {
      next: [['j', 'ArrowDown'], 'Next row'],
      previous: [['k', 'ArrowUp'], 'Previous row'],
      below: [['PageDown'], 'One screen on'],
      above: [['PageUp'], 'One screen back'],
      first: [['Home'], 'First row'],
      last: [['End'], 'Last row that is loaded'],
      leave: [['Escape'], 'No row'],
    },
  },
  vehicles: {
    name: 'Vehicles',
    acts: {
      disconnected: [['1'], 'Disconnected, in or out of the filter'],
      connected: [['2'], 'Connected, in or out'],
      neverSeen: [['3'], 'Never seen, in or out'],
      apply: [['u'], 'Apply the changes: order the rows anew'],
      export: [['e'], 'Export the rows as CSV'],
      look: [['Enter'], 'Look at the current row'],
      open: [['o'], 'Open the vehicle of the current row'],
    },
  },
  ticket: {
    name: 'A vehicle looked at',
    acts: { copy: [['c'], 'Copy it for a ticket'] },
  },
  vehicle: {
    name: 'Vehicle',
    acts: {
      previous: [['['], 'Previous vehicle of the list'],
      next: [[']'], 'Next vehicle of the list'],
      older: [['ArrowLeft'], 'Step back through the strip'],
      newer: [['ArrowRight'], 'Step on through the strip'],
    },
  },
  feed: {
    name: 'Live',
    acts: {
      pause: [[' '], 'Pause, or go on with the newest'],
      next: [['j', 'ArrowDown'], 'Next row'],
      previous: [['k', 'ArrowUp'], 'Previous row'],
      leave: [['Escape'], 'No row'],
    },
  },
  customers: {
    name: 'Customers',
    acts: {
      search: [['/'], 'Search by name or address'],
      next: [['j', 'ArrowDown'], 'Next row'],
      previous: [['k', 'ArrowUp'], 'Previous row'],
      open: [['Enter'], 'The vehicles of the customer'],
      edit: [['i'], 'Edit the customer'],
      register: [['n'], 'Register a customer'],
      apply: [['u'], 'Order the rows anew'],
      export: [['e'], 'Export the rows as CSV'],
      leave: [['Escape'], 'No row'],
    },
  },
} as const satisfies Readonly<Record<string, Group>>;

/** A group of keys. */
export type Keyed = keyof typeof keymap;

/** All groups of one name as one, in the order of the help. */
export function screens(): Group[] {
  const found = new Map<string, Group>();
  for (const [part, { name, acts }] of Object.entries<Group>(keymap)) {
    const inPart = Object.entries(acts).map(([act, keys]) => [`${part} ${act}`, keys] as const);
    found.set(name, { name, acts: { ...found.get(name)?.acts, ...Object.fromEntries(inPart) } });
  }
  return [...found.values()];
}

/** What each act of a group does; undefined where it does nothing now, which leaves the key to what else is shown. */
export type ActsOf<K extends Keyed> = Readonly<
  Record<keyof (typeof keymap)[K]['acts'], ((event: KeyboardEvent) => void) | undefined>
>;

/** The act that a key stands for in a group. */
export function actOf(group: Keyed, key: string): string | undefined {
  const acts: Acts = keymap[group].acts;
  return Object.keys(acts).find((name) => acts[name]?.[0].includes(key));
}

/** The keys that begin others: g of g v. */
export const prefixes: ReadonlySet<string> = new Set(
  Object.values<Group>(keymap)
    .flatMap(({ acts }) => Object.values(acts).flatMap(([keys]) => keys))
    .filter((key) => key.includes(' ') && key !== ' ' && !key.startsWith('Mod '))
    .map((key) => key.slice(0, key.indexOf(' '))),
);

const printed: Readonly<Record<string, string>> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  ' ': 'Space',
};

/** A key as it is printed: its parts, each on a cap of its own. */
export function caps(key: string, mac = /Mac|iP(hone|ad)/.test(navigator.userAgent)): string[] {
  if (key === ' ') return ['Space'];
  return key.split(' ').map((each, i, all) => {
    if (each === 'Mod') return mac ? '⌘' : 'Ctrl';
    return printed[each] ?? (all[0] === 'Mod' && i > 0 ? each.toUpperCase() : each);
  });
}
