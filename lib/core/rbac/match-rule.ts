import type { AccessAttributes } from '../access-attributes.ts';
import type { RbacRule } from './rbac-object.ts';

/** What a rule is asked about; names come in afterwards. */
export type RuleAction = Pick<AccessAttributes, 'verb' | 'group' | 'resource' | 'subresource'>;

/** Whether the rule covers verb, group and resource, as the API server's RBAC authorizer has it. */
export function coversAction(rule: RbacRule, action: RuleAction): boolean {
  return (
    has(rule.verbs, action.verb) &&
    has(rule.apiGroups, action.group) &&
    coversResource(rule.resources, action)
  );
}

/** Whether the rule covers the name; a rule with names never covers a question about all. */
export function coversName(rule: RbacRule, name: string): boolean {
  return rule.resourceNames.length === 0 || rule.resourceNames.includes(name);
}

function coversResource(resources: readonly string[], { resource, subresource }: RuleAction): boolean {
  if (subresource === undefined || subresource === '') return has(resources, resource);
  return has(resources, `${resource}/${subresource}`) || resources.includes(`*/${subresource}`);
}

function has(list: readonly string[], value: string): boolean {
  return list.includes(value) || list.includes('*');
}
