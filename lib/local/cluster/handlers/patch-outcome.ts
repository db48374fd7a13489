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

const maxOperations = 10_000;

/** @throws StatusError 400 for a patch that is no JSON, 413 for a list of more than 10,000 operations */
export function parsePatch(text: string): unknown {
  const patch = parseJson(text);
  if (Array.isArray(patch) && patch.length > maxOperations) {
    throw new StatusError({
      code: 413,
      reason: 'RequestEntityTooLarge',
      message: `Request entity too large: The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`,
    });
  }
  return patch;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest(`error decoding patch: ${describeJsonError(text)}`);
  }
}
