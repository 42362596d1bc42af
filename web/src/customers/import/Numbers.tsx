import { count } from '../../format/number';
import { byLine } from './problems';
import type { Imported } from './upload';

/** What is in a file, in numbers. */
export function Numbers({ answer }: { answer: Imported }) {
  const numbers: [name: string, n: number, always: boolean][] = [
    ['Lines read', linesOf(answer), true],
    ['New vehicles', answer.registered, true],
    ['Changed', answer.changed, false],
    ['Already known, same', answer.unchanged, true],
    ['New customers', answer.newCustomerCount, true],
    ['Changed customers', answer.changedCustomerCount, false],
    ['Problems', answer.problemCount, answer.problemCount > 0],
  ];
  return (
    <dl className="numbers">
      {numbers
        .filter(([, n, always]) => always || n > 0)
        .map(([name, n]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="num">{count(n)}</dd>
          </div>
        ))}
    </dl>
  );
}

/** How many lines were read, those that are no CSV too: the service's number of rows leaves them out. */
export function linesOf({ rows, problems }: Pick<Imported, 'rows' | 'problems'>): number {
  return rows + byLine(problems).filter(({ told }) => told.every(({ field }) => field === '')).length;
}
