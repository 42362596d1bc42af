import { Dialog } from '../parts/Dialog';
import { caps, screens } from './keymap';
import './help.css';

/** All keys of all screens, from the map that the screens themselves obey. */
export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <div className="help">
        {screens().map(({ name, acts }) => (
          <section key={name}>
            <h3>{name}</h3>
            <dl>
              {Object.entries(acts).map(([act, [keys, does]]) => (
                <div key={act}>
                  <dt>{does}</dt>
                  <dd>
                    {keys.map((key, i) => (
                      <Key key={key} name={key} or={i > 0} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="faint">Single keys mean nothing while you type. Tab and Shift Tab lead everywhere.</p>
    </Dialog>
  );
}

function Key({ name, or }: { name: string; or: boolean }) {
  return (
    <>
      {or && <span className="faint"> or </span>}
      {caps(name).map((cap) => (
        <kbd key={cap} className="kbd">
          {cap}
        </kbd>
      ))}
    </>
  );
}
