import { useEffect, useEffectEvent } from 'react';
import { type ActsOf, actOf, type Keyed, prefixes } from './keymap';

/** What keys do on a screen, by `event.key`; such keys are not in the help: name them in keymap.ts. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Acts on a key, and says whether it meant something. */
type Layer = (key: string, event: KeyboardEvent) => boolean;

/** What is shown last is asked first: a panel before its screen. */
const layers: Layer[] = [];
/** For so long a g waits for its v. */
const together = 1000;
let before = { key: '', at: 0 };

/**
 * Gives keys a meaning while a screen is shown: those of keymap.ts by the name of their group. They mean nothing where
 * somebody types or a dialog is open; with Alt, and with Ctrl or Meta unless keymap.ts says Mod, they are the browser's.
 */
export function useKeys<K extends Keyed>(group: K, acts: ActsOf<K>): void;
export function useKeys(keys: Keys): void;
export function useKeys(group: Keyed | Keys, acts: Readonly<Record<string, Keys[string] | undefined>> = {}): void {
  const pressed = useEffectEvent((key: string, event: KeyboardEvent) => {
    const keys = typeof group === 'string' ? acts : group;
    const name = typeof group === 'string' ? (actOf(group, key) ?? '') : key;
    const act = Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (act === undefined) return false;
    event.preventDefault();
    act(event);
    return true;
  });
  useEffect(() => {
    const layer: Layer = (key, event) => pressed(key, event);
    if (layers.length === 0) document.addEventListener('keydown', dispatch);
    layers.push(layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      if (layers.length === 0) document.removeEventListener('keydown', dispatch);
    };
  }, []);
}

function dispatch(event: KeyboardEvent): void {
  if (event.altKey || event.defaultPrevented || document.querySelector('dialog[open]') !== null) return;
  if (event.ctrlKey || event.metaKey) {
    tell(`Mod ${event.key.toLowerCase()}`, event);
    return;
  }
  if (typing(event.target, event.key) || (presses.has(event.key) && pressable(event.target))) return;
  const waits = before.key !== '' && event.timeStamp - before.at < together ? `${before.key} ${event.key}` : '';
  before = { key: '', at: 0 };
  if ((waits !== '' && tell(waits, event)) || tell(event.key, event)) return;
  if (prefixes.has(event.key)) before = { key: event.key, at: event.timeStamp };
}

/** Keys by which the browser presses what has focus. */
const presses: ReadonlySet<string> = new Set([' ', 'Enter']);

function pressable(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('a[href], button, input, select, summary') !== null;
}

function tell(key: string, event: KeyboardEvent): boolean {
  return layers.toReversed().some((layer) => layer(key, event));
}

function typing(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && target.type === 'radio' && key.startsWith('Arrow')) return true; // it chooses
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}
