import { useState } from 'react';
import type { KeyMade } from '../api/client';
import { Copy } from '../parts/Copy';
import { Dialog } from '../parts/Dialog';

interface Props {
  made: KeyMade;
  notIn: string | undefined;
  onClose: () => void;
}

/** A key, shown this once. Esc alone does not close it: nobody could ever see it again. */
export function Secret({ made: { name, key }, notIn, onClose }: Props) {
  const [asked, setAsked] = useState(false);
  return (
    <Dialog title={`The key ${name}`} onClose={() => setAsked(true)}>
      <p>
        It is shown <b>this once</b> and kept nowhere. Copy it to where it is needed, and to nowhere else.
      </p>
      <p className="secret">
        <code className="mono">{key}</code>
        <Copy text={key} label="Copy the key">
          Copy
        </Copy>
      </p>
      {notIn !== undefined && (
        <p className="warning" role="alert">
          You are not logged in yet: {notIn}. Keep the key, then log in with it.
        </p>
      )}
      {asked && (
        <p className="warning" role="alert">
          It cannot be shown again. Close this when you have kept it.
        </p>
      )}
      <div className="dialog-foot">
        <button type="button" className="button primary" onClick={onClose}>
          I have kept it
        </button>
      </div>
    </Dialog>
  );
}
