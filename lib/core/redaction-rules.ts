import type { ResourceKind } from './resource-kind.ts';

/** One entry of REDACT_PATHS: which resources it is about, and where the values stand. */
export type RedactionRule = {
  /** Plural, with `.group` where it has one, as in `secrets` or `users.auth.example.org`; `*` for all. */
  readonly resource: string;
  /** Members on the way; `*` stands for any member or element. */
  readonly path: readonly string[];
};

/**
 * Reads one entry of REDACT_PATHS: `[resource[.group]:]dotted.path`, as in `configmaps:data.*`,
 * `users.auth.example.org:spec.password` or `spec.containers.*.env.*.value`. A dot inside a member's name is
 * written `\.`.
 */
export function parseRedactionRule(text: string): RedactionRule | undefined {
  const colon = text.indexOf(':');
  const resource = colon === -1 ? '*' : text.slice(0, colon).trim();
  const path = text
    .slice(colon + 1)
    .trim()
    .split(/(?<!\\)\./)
    .map((member) => member.replaceAll('\\.', '.'));
  if (!/^(?:\*|[a-z0-9][a-z0-9.-]*)$/.test(resource) || path.includes('')) return undefined;
  // Without its identity an object cannot be stored at all.
  if (path[0] === '*' || path[0] === 'apiVersion' || path[0] === 'kind') return undefined;
  if (path[0] === 'metadata' && !redactableMetadata.has(path[1] ?? '')) return undefined;
  return { resource, path };
}

/** The rules that are about one resource. */
export function rulesFor(kind: ResourceKind, rules: readonly RedactionRule[]): readonly RedactionRule[] {
  const name = kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`;
  return rules.filter((rule) => rule.resource === '*' || rule.resource === name);
}

const redactableMetadata = new Set(['annotations', 'labels']);
