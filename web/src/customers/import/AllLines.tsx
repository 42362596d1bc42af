import { count } from '../../format/number';

/** The lines of a file as the subject of a sentence, with the verb that goes with as many. */
export function AllLines({ n, name, verb }: { n: number; name: string; verb: 'were' | 'are' }) {
  const one = n === 1;
  return (
    <>
      {one ? 'The ' : 'All '}
      <b className="num">{one ? 'one' : count(n)}</b> {one ? 'line' : 'lines'} of <b>{name}</b>{' '}
      {one ? { were: 'was', are: 'is' }[verb] : verb}
    </>
  );
}
