import { useState } from 'react';
import { count } from '../../format/number';
import type { Lines } from './lines';
import { hint, type LineTold, pieces, sentences } from './problems';

/** So many lines are shown at first, and more at a time. */
const step = 200;

interface Props {
  label: string;
  /** What the last column is. */
  what: string;
  told: readonly LineTold[];
  lines: Lines;
}

/** Lines of the file with what is told of them. */
export function ToldTable({ label, what, told, lines }: Props) {
  const [shown, setShown] = useState(step);
  return (
    <>
      <table className="told" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col">What is there</th>
            <th scope="col">{what}</th>
          </tr>
        </thead>
        <tbody>
          {told.slice(0, shown).map((each) => (
            <ToldRow key={each.line} told={each} lines={lines} />
          ))}
        </tbody>
      </table>
      {told.length > shown && (
        <p className="told-more">
          <button type="button" className="button" onClick={() => setShown(shown + step)}>
            Show more lines
          </button>{' '}
          <span className="faint">
            {count(shown)} of {count(told.length)} are shown.
          </span>
        </p>
      )}
    </>
  );
}

function ToldRow({ told, lines }: { told: LineTold; lines: Lines }) {
  if (told.line === 0)
    return (
      <tr>
        <th scope="row">–</th>
        <td className="faint">the file as a whole</td>
        <Words words={sentences(told)} />
      </tr>
    );
  const record = lines.record(told.line);
  const nearest = hint(lines, record, told.told);
  return (
    <tr>
      <th scope="row" className="num">
        {told.line}
      </th>
      <td className="told-text mono">
        {pieces(record, lines.columns, told.told).map(({ text, wrong }, i) =>
          wrong ? <mark key={i}>{text}</mark> : <span key={i}>{text}</span>,
        )}
        {record.cut && '…'}
      </td>
      <Words words={nearest === '' ? sentences(told) : [nearest, ...sentences(told)]} />
    </tr>
  );
}

function Words({ words }: { words: readonly string[] }) {
  return (
    <td>
      {words.map((each) => (
        <p key={each}>{each}</p>
      ))}
    </td>
  );
}
