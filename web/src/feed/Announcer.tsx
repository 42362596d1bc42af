import { useEffect, useEffectEvent, useState } from 'react';
import type { Feed } from './feed';
import { saidAloud } from './words';

const every = 10_000;

/** Says aloud how many changes there were, now and then: each by itself would be a flood that nobody can listen to. */
export function Announcer({ feed, quiet }: { feed: Feed; quiet: boolean }) {
  const [text, setText] = useState('');
  const now = useEffectEvent(() => ({ taken: feed.taken, disconnected: feed.disconnected, quiet }));
  useEffect(() => {
    let was = now();
    const timer = setInterval(() => {
      const is = now();
      const all = is.taken - was.taken;
      const disconnected = is.disconnected - was.disconnected;
      // Below zero where the feed began anew.
      setText(is.quiet || all < 0 ? '' : saidAloud({ disconnected, connected: all - disconnected }, every / 1000));
      was = is;
    }, every);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="visually-hidden" role="status">
      {text}
    </p>
  );
}
