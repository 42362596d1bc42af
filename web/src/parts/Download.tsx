import { IconDownload } from '@tabler/icons-react';
import type { ReactNode, Ref } from 'react';
import { gone } from '../shell/gone';
import { useGone } from '../shell/live';

interface Props {
  href: string;
  /** More classes of the screen's. */
  className?: string;
  title?: string;
  children: ReactNode;
  ref?: Ref<HTMLAnchorElement>;
}

/** A link to a file that the server writes, as a button; without contact it is one that cannot be pressed: the browser would save an error page. */
export function Download({ href, className, title, children, ref }: Props) {
  const classes = className === undefined ? 'button' : `button ${className}`;
  const inside = (
    <>
      <IconDownload size={16} stroke={1.5} /> {children}
    </>
  );
  return useGone() ? (
    <button type="button" className={classes} disabled title={gone}>
      {inside}
    </button>
  ) : (
    <a ref={ref} className={classes} href={href} title={title} download>
      {inside}
    </a>
  );
}
