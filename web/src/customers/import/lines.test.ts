import { describe, expect, it } from 'vitest';
import { cellsOf, Lines } from './lines';
import { asCSV, asText, byLine, hint, pieces, sentences } from './problems';

const lines = (text: string) => new Lines(new TextEncoder().encode(text));
const values = (text: string, separator = ',') =>
  cellsOf(text, separator).cells.map(({ start, end }) => text.slice(start, end));

describe('the cells of a record', () => {
  it.each([
    ['a,b,c', ['a', 'b', 'c']],
    ['a,,c\nd', ['a', '', 'c']],
    [' a , b ', ['a', 'b']],
    ['"a,b",c', ['a,b', 'c']],
    ['"say ""ah""",c', ['say ""ah""', 'c']],
    ['"two\nlines",c\nnext', ['two\nlines', 'c']],
    ['"not closed,c', ['"not closed,c']],
    ['', ['']],
    ['a,b\r\nc', ['a', 'b']],
  ])('of %j are %j', (text, cells) => expect(values(text)).toEqual(cells));

  it('may be separated by semicolons', () => expect(values('a,b;c', ';')).toEqual(['a,b', 'c']));
});

describe('the lines of a file', () => {
  it('are counted as the service counts them: line breaks within quotation marks too', () => {
    const file = lines('\ufeffVIN,Registration number,customer\r\nA,"x\ny",C\r\n\r\nD,E,F');
    expect(file.columns).toEqual(['vin', 'registration_number', 'customer']);
    expect(file.record(2).text).toBe('A,"x\ny",C');
    expect(file.record(5).text).toBe('D,E,F');
    expect(file.record(9).text).toBe('');
  });

  it('are cut where one quotation mark makes a line of the rest', () => {
    const file = lines(`vin,customer\nA,"${'x'.repeat(100_000)}`);
    expect(file.record(2).text).toHaveLength(2000);
    expect(file.record(2).cut).toBe(true);
  });

  it('are found in a file of 200,000', () => {
    const file = lines(`vin;customer\n${Array.from({ length: 200_000 }, (_, i) => `V${i};Å`).join('\n')}`);
    expect(file.separator).toBe(';');
    expect(file.record(200_001).text).toBe('V199999;Å');
  });
});

describe('what is told of lines', () => {
  const file = lines('vin,registration_number,customer\nA1,,Kalle\nYV2O,B,C,D\nX;Y;Z\n');
  const told = byLine([
    { location: 'line 2: vin', message: 'is short' },
    { location: 'line 2: registration_number', message: 'must not be empty' },
    { location: 'line 3', message: 'has 4 cells, the first line has 3' },
    { location: 'file: customer', message: 'too many names to compare' },
  ]);

  it('is put together by line', () => {
    expect(told.map(({ line, told: each }) => [line, each.length])).toEqual([
      [2, 2],
      [3, 1],
      [0, 1],
    ]);
    expect(told.flatMap(sentences)).toEqual([
      'vin: is short.',
      'registration_number: must not be empty.',
      'Has 4 cells, the first line has 3.',
      'customer: too many names to compare.',
    ]);
  });

  it.each([
    [2, ['A1', ',,']],
    [3, ['D']],
  ])('is shown in line %d at %j', (line, wrong) => {
    const of = told.find((each) => each.line === line)?.told ?? [];
    const all = pieces(file.record(line), file.columns, of);
    expect(all.filter((piece) => piece.wrong).map(({ text }) => text)).toEqual(wrong);
    expect(all.map(({ text }) => text).join('')).toBe(file.record(line).text);
  });

  it('is explained where the line says what was meant', () => {
    expect(hint(file, file.record(4), [{ field: 'vin', message: '' }])).toBe(
      'Cells are separated by semicolons here; the file began with commas.',
    );
    expect(hint(file, file.record(3), [{ field: 'vin', message: '' }])).toBe(
      'The letter O is at position 4. Did you mean the digit 0?',
    );
    expect(hint(file, file.record(3), [{ field: 'customer', message: '' }])).toBe('');
    expect(hint(file, file.record(2), [{ field: 'vin', message: '' }])).toBe('');
  });

  it('can be pasted into a ticket, and sent to who made the file', () => {
    expect(asText('f.csv', told, file).split('\n')[0]).toBe('f.csv:2: vin: is short.');
    expect(asText('f.csv', told, file)).toContain('    A1,,Kalle\n');
    expect(asCSV(told, file).split('\r\n')).toEqual([
      '\ufeffline,problem,vin,registration_number,customer',
      '2,"vin: is short. registration_number: must not be empty.",A1,,Kalle',
      '3,"Has 4 cells, the first line has 3.",YV2O,B,C,D',
      '',
    ]);
  });
});
