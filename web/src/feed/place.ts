/** Which of two positions of a log comes first: below 0 the first, 0 the same, above 0 the second. */
export function compared(a: string, b: string): number {
  const [x, y] = [numbers(a), numbers(b)];
  return byNumber(x[0], y[0]) || byNumber(x[1], y[1]);
}

/** Whether two positions are of one log: a log that was replaced counts anew. */
export function sameLog(a: string, b: string): boolean {
  return a.split('.', 1)[0] === b.split('.', 1)[0];
}

/** The numbers of a position as text: they may be beyond what a JavaScript number holds exactly. */
function numbers(position: string): [string, string] {
  const place = position.slice(position.indexOf('.') + 1);
  const [commit = '', prepare = commit] = place.split('-');
  return [commit, prepare];
}

/** The order of two whole numbers written without leading zeros. */
function byNumber(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : Number(a > b);
}
