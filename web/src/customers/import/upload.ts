import { ApiError, address, type Problem } from '../../api/client';
import type { components } from '../../api/schema';

/** What an import did, or on a dry run would do. */
export type Imported = components['schemas']['Imported'];

/** The most that a file may have: what the service says of it comes after the upload, and 40 MiB may take minutes. */
export const mostBytes = 32 * 1024 * 1024;

/** How to send a file. */
export interface Sending {
  dryRun: boolean;
  /** Told the share that is on its way, 1 when all of it is. */
  onSent: (share: number) => void;
  signal: AbortSignal;
}

/**
 * Sends a file to be imported. It fails with ApiError where the service said no, with TypeError where it said nothing, and
 * with the signal's reason. By XMLHttpRequest, because fetch does not tell how far an upload is.
 */
export function upload(bytes: Uint8Array<ArrayBuffer>, { dryRun, onSent, signal }: Sending): Promise<Imported> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open('POST', address(`/api/v1/vehicles:import${dryRun ? '?dryRun=true' : ''}`));
    request.setRequestHeader('Content-Type', 'text/csv');
    request.setRequestHeader('Accept', 'application/json');
    request.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? Math.min(0.99, loaded / total) : 0);
    request.upload.onload = () => onSent(1);
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status === 200 && answer !== undefined) resolve(answer as Imported);
      else reject(new ApiError((answer as Problem | undefined) ?? unexplained(request)));
    };
    request.onerror = () => reject(new TypeError('the server did not answer'));
    request.onabort = () => reject(signal.reason instanceof Error ? signal.reason : new TypeError('it was stopped'));
    request.onloadend = () => signal.removeEventListener('abort', stop);
    signal.addEventListener('abort', stop, { once: true });
    request.send(bytes);
  });
}

function parsed(text: string): object | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? answer : undefined;
  } catch {
    return undefined; // a proxy's page, perhaps
  }
}

function unexplained({ status, statusText }: XMLHttpRequest): Problem {
  return { type: 'about:blank', title: statusText, status, detail: `the service answered ${status}` };
}
