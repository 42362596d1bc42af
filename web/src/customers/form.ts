import { ApiError } from '../api/client';

/** What is wrong with a form: by field, and with no field at all. */
export interface Wrong<F extends string> {
  fields: Partial<Record<F, string>>;
  /** What is no field's: no contact, no permission, too many requests. */
  all: string | undefined;
}

/** Nothing is wrong. */
export const nothingWrong = { fields: {}, all: undefined } as const;

/** Reads why a write failed. What the service says of a field stands at the field, all else above the buttons. */
export function wrongOf<F extends string>(error: unknown, fields: readonly F[]): Wrong<F> {
  if (!(error instanceof ApiError))
    return {
      fields: {},
      all: 'The server did not answer, so it may or may not be saved. What you typed is still here.',
    };
  const wrong: Wrong<F> = { fields: {}, all: undefined };
  const others: string[] = [];
  for (const { location, message } of error.problem.errors ?? []) {
    const field = fields.find((each) => each === location);
    if (field === undefined) others.push(`${location}: ${message}`);
    else wrong.fields[field] = sentence(message);
  }
  if (others.length > 0 || Object.keys(wrong.fields).length === 0)
    wrong.all = sentence(others.length > 0 ? others.join('; ') : error.message);
  return wrong;
}

/** The service's words as a sentence. */
export function sentence(words: string): string {
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** A number of seconds as it is typed: none where the field is empty, undefined where it is no whole number. */
export function secondsOf(typed: string): number | null | undefined {
  const text = typed.trim();
  if (text === '') return null;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** What is said of a text that is no number of seconds. */
export const noSeconds = 'Must be a whole number of seconds.';
