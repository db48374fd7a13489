import { refuseParameters } from './read-parameters.ts';

/** One answer for every cursor that does not open, so that it tells nothing about why. */
export function invalidCursorResponse(): Response {
  return refuseParameters([
    { field: 'cursor', message: 'expected the cursor of a page of this very query by the same user' },
  ]);
}
