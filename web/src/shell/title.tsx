import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { count } from '../format/number';
import { useDisconnected } from './fleet';

const Name = createContext<string>('');
const SetName = createContext<(name: string) => void>(() => undefined);

/** Keeps the name of the screen that is shown, for the tab's title and for who does not see it change. */
export function Titled({ children }: { children: ReactNode }) {
  const [name, setName] = useState('');
  return (
    <SetName value={setName}>
      <Name value={name}>{children}</Name>
    </SetName>
  );
}

/** Names the tab after the screen that is shown. */
export function usePageTitle(name: string): void {
  const set = useContext(SetName);
  useEffect(() => set(name), [set, name]);
}

/** The name of the screen that is shown; empty before there is one. */
export function usePageName(): string {
  return useContext(Name);
}

/** The tab's title and its icon: how many vehicles are disconnected can be seen from another tab. */
export function TabSign() {
  const name = usePageName();
  const silent = useDisconnected() ?? 0;
  useEffect(() => {
    document.title = [silent > 0 ? `■ ${count(silent)} disconnected` : '', name, 'Fleetbeat']
      .filter((part) => part !== '')
      .join(' · ');
  }, [name, silent]);
  const some = silent > 0;
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    icon?.setAttribute('href', some ? './favicon-silent.svg' : './favicon.svg');
  }, [some]);
  return null;
}
