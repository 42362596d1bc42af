import { Link } from '@tanstack/react-router';
import type { VehicleList } from '../api/client';
import { type Filter, ladder, type Silence, silences } from '../filter/filter';
import { count } from '../format/number';

/** The parts of the bar: the words, and the step that leads there: the filter knows "more than" alone. */
const parts: readonly { words: string; step?: Silence }[] = [
  { words: 'under 5 min' },
  { words: '5 min – 1 h', step: '5m' },
  { words: '1 h – 1 d', step: '1h' },
  { words: '1 – 7 d', step: '1d' },
  { words: 'over 7 d', step: '7d' },
];

/** The disconnected by how long they have been silent: one bar, cut by age, each part leading to its vehicles. */
export function Ladder({ filter, numbers }: { filter: Filter; numbers: VehicleList | undefined }) {
  const steps = numbers?.facets?.silentFor;
  const more = steps && ladder(steps);
  const all = more?.[0] ?? 0;
  const from = parts.findIndex(({ step }) => step === filter.silentFor);
  return (
    <section className="ladder" aria-labelledby="ladder">
      <h2 id="ladder" className="ladder-title">
        Silent for
      </h2>
      <ul>
        {parts.map(({ words, step }, i) => {
          const n = steps?.[i]?.count ?? 0;
          return (
            <li key={words} className={i < from ? 'left-out' : undefined} style={{ flexGrow: all === 0 ? 1 : n }}>
              <span className={n > 0 ? 'ladder-bar' : 'ladder-bar ladder-none'} />
              <Link
                className="cover"
                to="/vehicles"
                search={searchOf(filter, step, i < parts.length - 1)}
                title={opens(step, more?.[i] ?? 0, i)}
              >
                <b className="ladder-n num">{steps ? count(n, numbers.facets?.atLeast) : <>&nbsp;</>}</b>{' '}
                <span className="ladder-words">{words}</span>
                <span className="visually-hidden">; {opens(step, more?.[i] ?? 0, i)}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The vehicles of a part, and with them those that have been silent for longer, which come last. */
function searchOf(filter: Filter, step: Silence | undefined, upTo: boolean): Filter {
  const found: Filter = { ...filter, status: ['disconnected'] };
  delete found.silentFor;
  delete found.sort;
  if (step) found.silentFor = step;
  if (upTo) found.sort = '-since';
  return found;
}

/** What a part leads to, which is more than the part. */
function opens(step: Silence | undefined, n: number, i: number): string {
  const which = silences.find(({ value }) => value === step)?.words;
  const what = which === undefined ? `all ${count(n)} disconnected` : `all ${count(n)} silent for ${which}`;
  return `opens ${what}${i < parts.length - 1 ? ', the shortest first' : ''}`;
}
