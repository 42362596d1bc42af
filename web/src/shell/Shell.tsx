import { IconSearch } from '@tabler/icons-react';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Account } from '../access/Account';
import { Gate } from '../access/Gate';
import { GoneBanner } from './GoneBanner';
import { caps } from './keymap';
import { useKeys } from './keys';
import { LivePill } from './LivePill';
import { Logo } from './Logo';
import { useGone } from './live';
import { pages } from './pages';
import { useReadAnew } from './readAnew';
import { ThemeSwitch } from './ThemeSwitch';
import { TabSign, Titled, usePageName } from './title';
import { useArrival } from './useArrival';
import { type Over, useOver } from './useOver';
import { ZoneSwitch } from './ZoneSwitch';
import './shell.css';

/** What surrounds every screen: the header, and on a telephone the navigation below. */
export function Shell() {
  return (
    <Titled>
      <TabSign />
      <Frame />
    </Titled>
  );
}

function Frame() {
  useReadAnew();
  const { over, show, prepare } = useOver();
  const gone = useGone();
  const main = useArrival();
  useShellKeys(show);
  return (
    <div className="shell" data-gone={gone || undefined}>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header className="header">
        <Link to="/" className="name" aria-label="Fleetbeat, overview">
          <Logo /> <span>Fleetbeat</span>
        </Link>
        <Pages className="pages" icons={false} label="Pages" />
        <div className="header-right">
          <GoTo open={() => show('palette')} prepare={prepare} />
          <LivePill />
          <ZoneSwitch />
          <ThemeSwitch />
          <button
            type="button"
            className="icon-button help-button"
            aria-label="Keyboard shortcuts"
            title="Keyboard shortcuts"
            onClick={() => show('help')}
          >
            ?
          </button>
          <Account />
        </div>
      </header>
      <GoneBanner />
      <main id="main" ref={main} tabIndex={-1}>
        <Gate>
          <Outlet />
        </Gate>
      </main>
      <Pages className="bottom" icons label="Pages, below" />
      <Arrived />
      {over}
    </div>
  );
}

function useShellKeys(show: (what: Over) => void): void {
  const navigate = useNavigate();
  const to = (page: (typeof pages)[number]['to']) => () => void navigate({ to: page });
  useKeys('shell', {
    palette: () => show('palette'),
    help: () => show('help'),
    overview: to('/'),
    vehicles: to('/vehicles'),
    customers: to('/customers'),
    live: to('/live'),
  });
}

/** Tells who does not see it which screen has come. */
function Arrived() {
  const name = usePageName();
  const [told, setTold] = useState({ name, moved: false });
  if (name !== told.name) setTold({ name, moved: told.name !== '' }); // the first one is read with its page
  return (
    <p className="arrived visually-hidden" role="status">
      {told.moved && name}
    </p>
  );
}

/** Opens the palette; what it takes is loaded when somebody is about to. */
function GoTo({ open, prepare }: { open: () => void; prepare: () => void }) {
  return (
    <button
      type="button"
      className="go-to"
      aria-label="Go to vehicle, customer, action"
      aria-keyshortcuts="Control+K Meta+K"
      onClick={open}
      onPointerEnter={prepare}
      onFocus={prepare}
    >
      <IconSearch size={16} stroke={1.75} />
      <span className="go-to-words">Go to vehicle, customer, action</span>
      <span className="kbd">{caps('Mod k').join(' ')}</span>
    </button>
  );
}

function Pages({ className, icons, label }: { className: string; icons: boolean; label: string }) {
  return (
    <nav className={className} aria-label={label}>
      {pages.map(({ to, name, icon: Icon }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
          {icons && <Icon size={18} stroke={1.5} />}
          {name}
        </Link>
      ))}
    </nav>
  );
}
