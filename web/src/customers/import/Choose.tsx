import { IconUpload } from '@tabler/icons-react';
import { type ReactNode, useRef } from 'react';
import { gone } from '../../shell/gone';
import { useGone } from '../../shell/live';

interface Props {
  choose: (file: File) => void;
  primary?: boolean;
  children: ReactNode;
}

/** A button that chooses a file. The same file may be chosen again, once it is corrected. */
export function Choose({ choose, primary, children }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const away = useGone();
  return (
    <>
      <button
        type="button"
        className={primary ? 'button primary' : 'button'}
        disabled={away}
        title={away ? gone : undefined}
        onClick={() => input.current?.click()}
      >
        <IconUpload size={16} stroke={1.5} /> {children}
      </button>
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        aria-label="CSV file"
        accept=".csv,text/csv"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = ''; // else the browser says nothing when the same name is chosen again
          if (file) choose(file);
        }}
      />
    </>
  );
}
