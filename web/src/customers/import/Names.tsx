import { count } from '../../format/number';

/** So many names are shown; who wants more opens them. */
const few = 8;

/** Names of customers that a file brings or changes. `total` may be more than are named. */
export function Names({ title, names, total }: { title: string; names: readonly string[]; total: number }) {
  if (total === 0) return null;
  const list = (some: readonly string[]) => (
    <ul>
      {some.map((name) => (
        <li key={name}>{name}</li>
      ))}
    </ul>
  );
  return (
    <section className="names">
      <h2>
        {title} <span className="faint num">{count(total)}</span>
      </h2>
      {list(names.slice(0, few))}
      {names.length > few && (
        <details>
          <summary>{count(total - few)} more</summary>
          {list(names.slice(few))}
          {total > names.length && <p className="faint">The first {count(names.length)} are named.</p>}
        </details>
      )}
    </section>
  );
}
