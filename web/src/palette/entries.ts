import type { NavigateOptions } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import type { Status } from '../api/client';
import { folded } from '../format/fold';

/** Something to go to or to do. */
export interface Entry {
  /** Unlike that of any other entry. */
  id: string;
  name: string;
  /** Whether the name is a plate, which leads. */
  plate?: boolean;
  /** A VIN. */
  code?: string;
  /** What tells it from others of its name. */
  about?: string | undefined;
  status?: Status;
  icon?: ComponentType<{ size?: number; stroke?: number }>;
  /** The key that does the same, of keymap.ts. */
  key?: string;
  /** Other words that people look for it by. */
  also?: string;
  to?: NavigateOptions;
  act?: () => void;
}

/** Entries of one kind. */
export interface Grouped {
  name: string;
  entries: readonly Entry[];
}

/** The entries that have all typed words in their own, each at the beginning of one. */
export function matching(groups: readonly Grouped[], typed: string): Grouped[] {
  const parts = folded(typed).split(/\s+/).filter(Boolean);
  const fits = ({ name, also = '' }: Entry) => {
    const words = folded(`${name} ${also}`).split(/[\s,]+/);
    return parts.every((part) => words.some((word) => word.startsWith(part)));
  };
  return groups.map(({ name, entries }) => ({ name, entries: entries.filter(fits) }));
}

/** The entry of an id, else the first: what was chosen may be found no more. */
export function chosen(entries: readonly Entry[], id: string): Entry | undefined {
  return entries.find((entry) => entry.id === id) ?? entries[0];
}

/** The id of the entry so many steps on; after the last comes the first. */
export function stepped(entries: readonly Entry[], from: Entry | undefined, by: number): string {
  if (from === undefined) return '';
  const n = entries.length;
  return entries[(entries.indexOf(from) + by + n) % n]?.id ?? '';
}
