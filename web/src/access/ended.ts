import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { answered, client, type Session } from '../api/client';
import { isNobody } from './scopes';

/** The key of the question whether the page is held; nothing asks it of the service. */
export const heldKey = ['access', 'held'];
/** The key of the question whether the session has ended on this page; nothing asks it of the service. */
export const endedKey = ['access', 'ended'];

/** Keeps the page where it is, whoever is refused, until it is let go: it shows what could not be shown again. */
export function holdPage(queries: QueryClient, hold: boolean): void {
  queries.setQueryData(heldKey, hold);
}

/** Whether the page is held. */
export function isHeld(queries: QueryClient): boolean {
  return queries.getQueryData(heldKey) === true;
}

/**
 * Whether the session has ended while its page was open: by its time, or with its key. The page then stays as it is, with
 * all that somebody has typed into it, under a dialog that asks for the key again.
 */
export function hasEnded(queries: QueryClient): boolean {
  return queries.getQueryData(endedKey) === true;
}

/** Notes that somebody whose session had ended would rather have the page of the login than the dialog. */
export function leave(queries: QueryClient): void {
  queries.setQueryData(endedKey, 'left');
  queries.setQueryData<Session>(['session'], { needed: true });
}

/** Whether the login's page is there because a session has ended. */
export function hasLeft(queries: QueryClient): boolean {
  return queries.getQueryData(endedKey) === 'left';
}

/**
 * The question who asks. Where the session has ended the answer stays who it was: screens would take away what only they may
 * do whose session it was, and a form with it. The service decides all the same.
 */
export function sessionQuestion(queries: QueryClient) {
  return queryOptions({
    queryKey: ['session'],
    queryFn: async ({ signal }): Promise<Session> => {
      const now = await answered(client.GET('/api/v1/session', { signal }));
      const was = queries.getQueryData<Session>(['session']);
      if (!isNobody(now) || !was?.needed || isNobody(was) || isHeld(queries)) return now;
      queries.setQueryData(endedKey, true);
      return was;
    },
  });
}
