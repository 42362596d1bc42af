import { useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';

/** Does something where an address asks for it with its #, once, and takes the # away, so that Back and a reload do not do it again. */
export function useHash(hash: string, may: boolean, act: () => void): void {
  const navigate = useNavigate();
  const asked = useLocation({ select: (location) => location.hash }) === hash && may;
  const doIt = useEffectEvent(() => {
    act();
    void navigate({ to: '.', search: true, hash: '', replace: true });
  });
  useEffect(() => {
    if (asked) doIt();
  }, [asked]);
}
