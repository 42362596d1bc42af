import { useEffect, useRef } from 'react';
import { Mark, words } from '../marks/Mark';
import { caps } from '../shell/keymap';
import type { Entry, Grouped } from './entries';

interface Props {
  group: Grouped;
  list: string;
  active: Entry | undefined;
  pick: (entry: Entry) => void;
  over: (id: string) => void;
}

/** Entries of one kind under their name. */
export function Group({ group: { name, entries }, list, active, pick, over }: Props) {
  const heading = `${list}-${name}`;
  return (
    <div role="group" aria-labelledby={heading}>
      <div id={heading} role="presentation" className="palette-kind">
        {name}
      </div>
      {entries.map((entry) => (
        <Option
          key={entry.id}
          entry={entry}
          id={`${list}-${entry.id}`}
          active={entry === active}
          pick={pick}
          over={over}
        />
      ))}
    </div>
  );
}

function Option({
  entry,
  id,
  active,
  pick,
  over,
}: { entry: Entry; id: string; active: boolean } & Pick<Props, 'pick' | 'over'>) {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) line.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const { icon: Icon, status } = entry;
  return (
    <div
      ref={line}
      id={id}
      role="option"
      aria-selected={active}
      className="palette-entry"
      onClick={() => pick(entry)}
      onPointerMove={() => active || over(entry.id)}
    >
      {status ? <Mark kind={status} /> : Icon && <Icon size={16} stroke={1.5} />}
      <span className={entry.plate ? 'palette-plate' : 'palette-name'}>{entry.name}</span>{' '}
      {status && <span className="visually-hidden">{words[status]}</span>}{' '}
      {entry.code && <span className="mono palette-code">{entry.code}</span>}{' '}
      {entry.about && <span className="palette-about">{entry.about}</span>}
      {entry.key && (
        <span className="palette-key" aria-hidden="true">
          {caps(entry.key).map((cap) => (
            <span key={cap} className="kbd">
              {cap}
            </span>
          ))}
        </span>
      )}
    </div>
  );
}
