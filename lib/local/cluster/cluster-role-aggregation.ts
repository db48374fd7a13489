import type { KubernetesObject } from '../../core/kubernetes-object.ts';
import { type ObjectLabelSelector, objectSelectorMatcher } from '../../core/object-label-selector.ts';
import type { PolicyRule } from './rbac-rules.ts';

/**
 * What the aggregation controller would write: the union of rules of all ClusterRoles that an aggregated
 * one selects, by name, without doubles and without its own. Only roles whose rules differ are returned;
 * a role that selects another aggregated one needs another round after these were written.
 */
export function aggregateClusterRoles(
  clusterRoles: readonly KubernetesObject[],
): { readonly name: string; readonly rules: readonly PolicyRule[] }[] {
  const sorted = clusterRoles.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return sorted.flatMap((role) => {
    const selectors = selectorsOf(role);
    if (selectors === undefined) return [];
    const rules = new Map<string, PolicyRule>();
    for (const selector of selectors) {
      const matches = objectSelectorMatcher(selector);
      const selected = sorted.filter(
        (other) => nameOf(other) !== nameOf(role) && matches(other.metadata.labels),
      );
      for (const rule of selected.flatMap(rulesOf)) rules.set(ruleKey(rule), rule);
    }
    const before = rulesOf(role).map(ruleKey).join('\n');
    return before === [...rules.keys()].join('\n')
      ? []
      : [{ name: nameOf(role), rules: [...rules.values()] }];
  });
}

function nameOf(object: KubernetesObject): string {
  return object.metadata.name ?? '';
}

function rulesOf(role: KubernetesObject): readonly PolicyRule[] {
  return (role['rules'] ?? []) as readonly PolicyRule[];
}

function selectorsOf(role: KubernetesObject): readonly ObjectLabelSelector[] | undefined {
  const aggregation = role['aggregationRule'] as
    | { readonly clusterRoleSelectors?: readonly ObjectLabelSelector[] }
    | undefined;
  return aggregation?.clusterRoleSelectors;
}

function ruleKey(rule: PolicyRule): string {
  return JSON.stringify([
    rule.verbs,
    rule.apiGroups,
    rule.resources,
    rule.resourceNames,
    rule.nonResourceURLs,
  ]);
}
