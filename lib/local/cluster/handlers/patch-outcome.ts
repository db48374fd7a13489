import { describeJsonError } from '../http/describe-json-error.ts';
import { badRequest, plainError, StatusError } from '../http/status-error.ts';
import type { StrategicPatchOutcome } from '../patch-strategic.ts';

/** The patched object. @throws StatusError where the patch makes no sense or does not fit */
export function patchedObject(outcome: StrategicPatchOutcome): unknown {
  switch (outcome.kind) {
    case 'patched':
      return outcome.object;
    case 'malformed':
      throw badRequest(outcome.message);
    case 'inapplicable':
      throw new StatusError({
        code: 422,
        reason: 'Invalid',
        message: 'the server rejected our request due to an error in our request',
        details: {},
      });
    case 'failed':
      throw plainError(outcome.message);
  }
}

/** @throws StatusError 400 for a patch that is no JSON */
export function parsePatch(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest(`error decoding patch: ${describeJsonError(text)}`);
  }
}
