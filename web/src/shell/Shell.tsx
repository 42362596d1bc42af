import { Link, Outlet } from '@tanstack/react-router';
import { LivePill } from './LivePill';
import { useReadAnew } from './live';
import { pages } from './pages';
import { ThemeSwitch } from './ThemeSwitch';
import './shell.css';

/** What surrounds every screen: the header, and on a telephone the navigation below. */
export function Shell() {
  useReadAnew();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="header">
        <Link to="/" className="name">
          <Logo /> Fleetbeat
        </Link>
        <Pages className="pages" icons={false} label="Pages" />
        <div className="header-right">
          <LivePill />
          <span className="faint zone" title="All times are in UTC">
            UTC
          </span>
          <ThemeSwitch />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <Pages className="bottom" icons label="Pages, below" />
    </div>
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

function Logo() {
  return (
    <svg viewBox="0 0 18 14" width="18" height="14" aria-hidden="true">
      <g fill="currentColor">
        <rect x="0" y="1" width="3" height="12" rx="0.5" />
        <rect x="5" y="1" width="3" height="12" rx="0.5" />
        <rect x="15" y="1" width="3" height="12" rx="0.5" />
      </g>
      <rect className="mark-disconnected" x="10" y="5.5" width="3" height="3" />
    </svg>
  );
}
