import { IconDownload } from '@tabler/icons-react';
import type { ReactNode, Ref } from 'react';
import { useGone } from '../shell/live';

/** A link to a file that the server writes, as a button; without contact it is one that cannot be pressed: the browser would save an error page. */
export function Download({ href, children, ref }: { href: string; children: ReactNode; ref?: Ref<HTMLAnchorElement> }) {
  const inside = (
    <>
      <IconDownload size={16} stroke={1.5} /> {children}
    </>
  );
  return useGone() ? (
    <button type="button" className="button" disabled title="No contact with the server">
      {inside}
    </button>
  ) : (
    <a ref={ref} className="button" href={href} download>
      {inside}
    </a>
  );
}
