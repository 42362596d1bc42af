import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

type Schemas = components['schemas'];
export type Vehicle = Schemas['Vehicle'];
export type VehicleDetail = Schemas['VehicleDetail'];
export type VehicleList = Schemas['VehicleList'];
export type Timeline = Schemas['Timeline'];
export type Interval = Schemas['Interval'];
export type Problem = Schemas['Problem'];
export type VehicleLookup = Schemas['VehicleLookup'];
export type LookedUp = Schemas['LookedUp'];
export type Transition = Schemas['Transition'];
export type TransitionList = Schemas['TransitionList'];
export type RegistryChange = Schemas['RegistryChange'];
export type Session = Schemas['Session'];
export type Key = Schemas['Key'];
export type KeyMade = Schemas['KeyMade'];
export type Summary = Schemas['Summary'];
export type History = Schemas['History'];
export type Counts = Schemas['Counts'];
export type ListedTransition = Schemas['ListedTransition'];
export type Status = Vehicle['status'];

/** The address of a path of the service, behind whatever prefix the page was loaded from. */
export function address(path: string): string {
  return new URL(path.replace(/^\//, ''), document.baseURI).href;
}

/** An answer that is not what was asked for; its message is the service's own sentence. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** The typed client. It looks fetch up at each call: openapi-fetch would keep the one that it saw first. */
export const client = createClient<paths>({
  baseUrl: document.baseURI.replace(/\/[^/]*$/, ''),
  fetch: (request) => globalThis.fetch(request),
});

/** The document also names forms of answers that no screen asks for here: CSV, which is text, and events, which are a list. */
type Other = string | readonly unknown[];

/**
 * The data of an answer, or a throw of [ApiError]. Whoever asks the service goes through here, so that a screen meets two
 * kinds of failure alone: ApiError (it answered no) and TypeError (it did not answer).
 */
export async function answered<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<Exclude<T, Other>> {
  const { data, error, response } = await call;
  if (data !== undefined && typeof data !== 'string' && !Array.isArray(data)) return data as Exclude<T, Other>;
  throw new ApiError(isProblem(error) ? error : unexplained(response));
}

function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'detail' in error && 'status' in error;
}

function unexplained(response: Response): Problem {
  const title = response.statusText || 'No explanation';
  return { type: 'about:blank', title, status: response.status, detail: `the service answered ${response.status}` };
}
