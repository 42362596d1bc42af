import { sentence } from '../form';
import type { Cell, CsvRecord, Lines } from './lines';

/** Something wrong, or worth a look, as the service tells it. */
export interface Told {
  location: string;
  message: string;
}

/** What is told of one line. */
export interface LineTold {
  /** Counted from 1; 0 for the file as a whole. */
  line: number;
  told: { field: string; message: string }[];
}

/** Puts what is told in order of lines together, a line at a time. */
export function byLine(all: readonly Told[]): LineTold[] {
  const lines: LineTold[] = [];
  for (const { location, message } of all) {
    const found = /^line (\d+)(?:: (.*))?$/.exec(location);
    const line = Number(found?.[1] ?? 0);
    const field = found === null ? location.replace(/^file(: )?/, '') : (found[2] ?? '');
    const last = lines.at(-1);
    if (last?.line === line) last.told.push({ field, message });
    else lines.push({ line, told: [{ field, message }] });
  }
  return lines;
}

/** A piece of a line's text. */
export interface Piece {
  text: string;
  /** Whether it is what is wrong. */
  wrong: boolean;
}

/** The text of a line in pieces, with what is wrong told apart. */
export function pieces(record: CsvRecord, columns: readonly string[], told: LineTold['told']): Piece[] {
  const spans = told.map(({ field }) => place(record, columns, field)).toSorted((a, b) => a.start - b.start);
  const found: Piece[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    if (end <= at) continue; // it lies in the one before
    if (start > at) found.push({ text: record.text.slice(at, start), wrong: false });
    found.push({ text: record.text.slice(Math.max(at, start), end), wrong: true });
    at = end;
  }
  if (at < record.text.length) found.push({ text: record.text.slice(at), wrong: false });
  return found;
}

/** Where what is told of a field stands: at its value; between its separators where it is empty; all of the line without a field. */
function place({ text, cells }: CsvRecord, columns: readonly string[], field: string): Cell {
  if (field === '') {
    const beyond = cells[columns.length];
    return { start: beyond?.start ?? 0, end: text.length };
  }
  const cell = cells[columns.indexOf(field)];
  if (cell === undefined) return { start: Math.max(0, text.length - 1), end: text.length };
  if (cell.end > cell.start) return cell;
  return { start: Math.max(0, cell.start - 1), end: Math.min(text.length, cell.end + 1) };
}

const separators = { ',': 'commas', ';': 'semicolons' } as const;
const meant: Readonly<Record<string, string>> = { I: 'the digit 1', O: 'the digit 0', Q: 'the digit 0' };

/** What most likely was meant, where that can be seen from the line; the service says what is wrong, not why. */
export function hint(lines: Pick<Lines, 'separator' | 'columns'>, record: CsvRecord, told: LineTold['told']): string {
  const other = lines.separator === ',' ? ';' : ',';
  if (record.cells.length === 1 && lines.columns.length > 1 && record.text.split(other).length >= lines.columns.length)
    return `Cells are separated by ${separators[other]} here; the file began with ${separators[lines.separator]}.`;
  const vin = record.cells[lines.columns.indexOf('vin')];
  if (vin === undefined || !told.some(({ field }) => field === 'vin')) return '';
  const value = record.text.slice(vin.start, vin.end).toUpperCase();
  const at = value.search(/[IOQ]/);
  const letter = value.charAt(at);
  return at < 0 ? '' : `The letter ${letter} is at position ${at + 1}. Did you mean ${meant[letter] ?? ''}?`;
}

/** What is wrong with a line, as a sentence for each thing. */
export function sentences({ told }: LineTold): string[] {
  return told.map(({ field, message }) =>
    field === '' ? sentence(message) : `${field}: ${message}${/[.!?…]$/.test(message) ? '' : '.'}`,
  );
}

/** All that is told as text to paste into a ticket. */
export function asText(name: string, all: readonly LineTold[], lines: Lines): string {
  const told = all.flatMap((each) =>
    sentences(each).map(
      (words) => `${name}:${each.line}: ${words}${each.line > 0 ? `\n    ${oneLine(lines.record(each.line))}` : ''}`,
    ),
  );
  return `${told.join('\n')}\n`;
}

function oneLine({ text, cut }: CsvRecord): string {
  return text.replaceAll(/\r?\n/g, '⏎') + (cut ? '…' : '');
}

/**
 * The lines with problems as a CSV file for whoever made them: their number and what is wrong with them, then the line as it
 * was. With the mark that spreadsheets know UTF-8 by.
 */
export function asCSV(all: readonly LineTold[], lines: Lines): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const row = (...cells: string[]) => `${cells.join(lines.separator)}\r\n`;
  const body = all
    .filter(({ line }) => line > 0)
    .map((each) => row(String(each.line), quoted(sentences(each).join(' ')), lines.record(each.line).text));
  return `\ufeff${row('line', 'problem', lines.record(1).text)}${body.join('')}`;
}
