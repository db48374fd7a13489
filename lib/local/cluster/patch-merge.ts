import { goJsonType } from './go-json-type.ts';
import type { PatchOutcome } from './patch-json.ts';

/** Applies a JSON merge patch (RFC 7386) to an object; the patch must be an object as well. */
export function applyMergePatch(object: unknown, patch: unknown): PatchOutcome {
  if (patch === null) return { kind: 'malformed', message: 'Invalid JSON Patch' };
  if (!isRecord(patch)) {
    const type = goJsonType(patch);
    const message = `error decoding patch: json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
    return { kind: 'malformed', message };
  }
  return { kind: 'patched', object: mergeJson(object, patch) };
}

/** The merge itself: null removes a member, objects merge, all else replaces. Neither argument is changed. */
export function mergeJson(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergeJson(merged[name], value);
  }
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
