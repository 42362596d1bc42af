/** Text as it is compared: in any case, however its accents are written. */
export function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** The letters and digits of a text, folded: what plates are compared by. A mark that stands on a letter is part of it. */
function bare(text: string): string {
  return folded(folded(text).replace(/(?:^|[^\p{L}\p{Nd}\p{M}])\p{M}*/gu, ''));
}

/** A text that vehicles are searched for, folded once for many of them. */
export interface Needle {
  text: string;
  bare: string;
}

export function needleOf(text: string): Needle {
  return { text: folded(text), bare: bare(text) };
}

/** Whether a text has what is searched for as a part of it. */
export function has(text: string, needle: Needle): boolean {
  return folded(text).includes(needle.text);
}

/** Whether a plate has it, as it is written or by its letters and digits, so that abc123 finds ABC 123: the server's rule. */
export function plateHas(plate: string, needle: Needle): boolean {
  return has(plate, needle) || (needle.bare !== '' && bare(plate).includes(needle.bare));
}
