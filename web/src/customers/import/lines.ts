/** One cell of a record: where its value stands in the record's text, without space and quotation marks around it. */
export interface Cell {
  start: number;
  end: number;
}

/** A record of a CSV file: mostly a line, but a quoted cell may hold line breaks. */
export interface CsvRecord {
  text: string;
  cells: readonly Cell[];
  /** Whether there is more of it than `text`. */
  cut: boolean;
}

/** So much of a record is shown: one quotation mark that is not closed makes a record of the rest of the file. */
const most = 2000;
const newline = 10;

/**
 * The lines of a file by their numbers, counted as the service counts them. Only where lines begin is kept, and text is made
 * of those alone that are looked at: a file may have 200,000.
 */
export class Lines {
  /** What separates cells, by the rule of the service: whichever is in the first line more often. */
  readonly separator: ',' | ';';
  /** The names of the columns, as the service understands them. */
  readonly columns: readonly string[];
  private readonly bytes: Uint8Array<ArrayBuffer>;
  private readonly starts: number[];

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.starts = [mark ? 3 : 0];
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) this.starts.push(at + 1);
    const head = this.text(1).split('\n', 1)[0] ?? '';
    this.separator = head.split(';').length > head.split(',').length ? ';' : ',';
    const first = this.record(1);
    this.columns = first.cells.map((cell) =>
      first.text.slice(cell.start, cell.end).toLowerCase().replace(/[ -]/g, '_'),
    );
  }

  /** The record that begins in a line, counted from 1. */
  record(line: number): CsvRecord {
    const text = this.text(line);
    const { cells, end } = cellsOf(text, this.separator);
    return { text: text.slice(0, end), cells, cut: end === text.length && text.length >= most };
  }

  /** What stands from the beginning of a line on: perhaps more than the line, and never more than is shown. */
  private text(line: number): string {
    const start = this.starts[line - 1];
    if (start === undefined) return '';
    return new TextDecoder().decode(this.bytes.subarray(start, start + 4 * most)).slice(0, most);
  }
}

/** Reads the cells of the first record of a text, and where it ends. What is no good CSV is read as well as may be. */
export function cellsOf(text: string, separator: string): { cells: Cell[]; end: number } {
  const cells: Cell[] = [];
  let at = 0;
  for (;;) {
    const start = at;
    if (text[at] === '"') at = afterQuotes(text, at);
    while (at < text.length && text[at] !== separator && text[at] !== '\n') at++;
    cells.push(trimmed(text, start, at));
    if (text[at] !== separator) break;
    at++;
  }
  return { cells, end: text[at - 1] === '\r' ? at - 1 : at };
}

/** Where a quoted cell ends, after its closing mark; two marks are one within it. */
function afterQuotes(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] !== '"') continue;
    if (text[at + 1] !== '"') return at + 1;
    at++;
  }
  return text.length;
}

function trimmed(text: string, from: number, to: number): Cell {
  const whole = text.slice(from, to);
  const value = whole.trim();
  const start = from + (value === '' ? 0 : whole.indexOf(value));
  const end = start + value.length;
  const quoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"');
  return quoted ? { start: start + 1, end: end - 1 } : { start, end };
}
