import { statusResponse } from './status-response.ts';

/**
 * What a client is told where its question failed in the database, if that is worth more than a 500: too slow, for
 * which it can ask for less, or not there now, for which it can come again. Never the error's own text.
 */
export function unansweredResponse(
  failure: 'data' | 'unavailable' | 'conflict' | 'unknown',
): Response | undefined {
  switch (failure) {
    case 'conflict':
      return statusResponse(504, 'the database did not answer in time, ask for less or try again');
    case 'unavailable':
      return statusResponse(503, 'the database is not there now, try again', {
        headers: { 'retry-after': '2' },
      });
    case 'data':
    case 'unknown':
      return undefined;
  }
}
