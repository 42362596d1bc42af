import { fireEvent, render } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { caps, type Group, keymap, screens } from './keymap';
import { useKeys } from './keys';

type Acts = Parameters<typeof useKeys<'rows'>>[1];

function Screen({ acts = {} }: { acts?: Partial<Acts> }) {
  const none = undefined;
  useKeys('rows', {
    ...Object.fromEntries(Object.keys(keymap.rows.acts).map((name) => [name, none])),
    ...acts,
  } as Acts);
  return <input aria-label="Search" />;
}

function Loose({ keys }: { keys: Record<string, () => void> }) {
  useKeys(keys);
  return null;
}

const press = (key: string, more = {}) => fireEvent.keyDown(document.body, { key, ...more });

describe('keys', () => {
  it('do what the map says, by each of their names', () => {
    const next = vi.fn();
    render(<Screen acts={{ next }} />);
    expect(press('j')).toBe(false); // what meant something here is the browser's no more
    press('ArrowDown');
    expect(press('x')).toBe(true);
    expect(next).toHaveBeenCalledTimes(2);
  });

  it('mean nothing where somebody types, with Ctrl, or under a dialog', () => {
    const next = vi.fn();
    const { getByLabelText } = render(<Screen acts={{ next }} />);
    fireEvent.keyDown(getByLabelText('Search'), { key: 'j' });
    press('j', { ctrlKey: true });
    press('j', { altKey: true });
    const dialog = document.createElement('dialog');
    dialog.open = true;
    document.body.append(dialog);
    press('j');
    dialog.remove();
    expect(next).not.toHaveBeenCalled();
    press('j');
    expect(next).toHaveBeenCalledTimes(1);
  });

  it('that press what has focus leave it to the browser there', () => {
    const pause = vi.fn();
    render(<Loose keys={{ ' ': pause, Enter: pause }} />);
    const { getByRole } = render(<button type="button">Press</button>);
    fireEvent.keyDown(getByRole('button'), { key: ' ' });
    fireEvent.keyDown(getByRole('button'), { key: 'Enter' });
    expect(pause).not.toHaveBeenCalled();
    press(' ');
    expect(pause).toHaveBeenCalledTimes(1);
  });

  it('belong to what is shown last, and to what is below where that does nothing with them', () => {
    const [below, above] = [vi.fn(), vi.fn()];
    render(<Screen acts={{ leave: below }} />);
    const over = render(<Loose keys={{ Escape: above }} />);
    press('Escape');
    expect([above.mock.calls.length, below.mock.calls.length]).toEqual([1, 0]);
    over.unmount();
    render(<Screen acts={{ leave: undefined }} />);
    press('Escape');
    expect(below).toHaveBeenCalledTimes(1);
  });

  it('may be two, one soon after the other, which then is not itself', () => {
    const [both, single] = [vi.fn(), vi.fn()];
    render(<Loose keys={{ 'g v': both, v: single }} />);
    press('g');
    press('v');
    expect([both.mock.calls.length, single.mock.calls.length]).toEqual([1, 0]);
    press('v');
    press('g');
    press('x');
    press('v');
    expect([both.mock.calls.length, single.mock.calls.length]).toEqual([1, 2]);
  });

  it('with Ctrl or ⌘ act where the map says Mod, also where somebody types', () => {
    const palette = vi.fn();
    render(<Loose keys={{ 'Mod k': palette }} />);
    const { getByLabelText } = render(<Screen />);
    fireEvent.keyDown(getByLabelText('Search'), { key: 'k', ctrlKey: true });
    press('K', { metaKey: true });
    expect(palette).toHaveBeenCalledTimes(2);
  });
});

describe('the map of keys', () => {
  const groups = screens().map((group) => [group.name, group] as const);
  const keysOf = ({ acts }: Group) => Object.values(acts).flatMap(([keys]) => keys);

  it.each(groups)('gives no key of %s two meanings, nor one that is meant everywhere', (name, group) => {
    const keys = keysOf(group);
    expect(new Set(keys).size).toBe(keys.length);
    if (name !== keymap.shell.name) expect(keys.filter((key) => keysOf(keymap.shell).includes(key))).toEqual([]);
    expect(keys).not.toContain('g');
  });

  it.each([
    ['Mod k', false, ['Ctrl', 'K']],
    ['Mod k', true, ['⌘', 'K']],
    ['g v', false, ['g', 'v']],
    ['ArrowDown', false, ['↓']],
    ['Escape', false, ['Esc']],
    [' ', false, ['Space']],
  ])('%s is printed as caps', (key, mac, printed) => expect(caps(key, mac)).toEqual(printed));
});
