import { isDeepStrictEqual } from 'node:util';

import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { asFields, asList, asText, type Fields, fill, mapField, mapItems } from '../defaults/fill.ts';
import { type FieldProblem, invalid, notSupported, required } from '../validation/field-problem.ts';
import type { Strategy } from './strategy.ts';

const group = 'rbac.authorization.k8s.io';

/** Roles and ClusterRoles: every rule says who may do what to which; URLs are for ClusterRoles only. */
export function roleStrategy(isNamespaced: boolean): Strategy {
  return {
    validate: (object) =>
      asList(object['rules']).flatMap((rule, index) =>
        ruleProblems(asFields(rule), `rules[${index}]`, isNamespaced),
      ),
  };
}

function ruleProblems(rule: Fields, path: string, isNamespaced: boolean): readonly FieldProblem[] {
  const has = (name: string) => asList(rule[name]).length > 0;
  const problems: FieldProblem[] = [];
  if (!has('verbs')) problems.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  if (has('nonResourceURLs')) {
    const urls = rule['nonResourceURLs'];
    if (isNamespaced) {
      problems.push(
        invalid(`${path}.nonResourceURLs`, urls, 'namespaced rules cannot apply to non-resource URLs'),
      );
    }
    if (has('apiGroups') || has('resources') || has('resourceNames')) {
      problems.push(
        invalid(
          `${path}.nonResourceURLs`,
          urls,
          'rules cannot apply to both regular resources and non-resource URLs',
        ),
      );
    }
    return problems;
  }
  if (!has('apiGroups')) {
    problems.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (!has('resources')) {
    problems.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  }
  return problems;
}

/** Bindings: the role cannot be exchanged, only the subjects. */
export function bindingStrategy(isNamespaced: boolean): Strategy {
  return {
    defaults: (object) => {
      const withRole = mapField(object, 'roleRef', (role) => fill(asFields(role), { apiGroup: group }));
      return mapField(withRole, 'subjects', (subjects) =>
        mapItems(subjects, (subject) =>
          subject['kind'] === 'ServiceAccount' ? subject : fill(subject, { apiGroup: group }),
        ),
      );
    },
    validate: (object, before) => [
      ...roleProblems(asFields(object['roleRef']), isNamespaced),
      ...asList(object['subjects']).flatMap((subject, index) =>
        subjectProblems(asFields(subject), `subjects[${index}]`, isNamespaced),
      ),
      ...changedRole(object, before),
    ],
  };
}

const subjectKinds = ['ServiceAccount', 'User', 'Group'];

function roleProblems(role: Fields, isNamespaced: boolean): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (role['apiGroup'] !== group) {
    problems.push(notSupported('roleRef.apiGroup', role['apiGroup'] ?? '', [group]));
  }
  const kinds = isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  if (!kinds.includes(asText(role['kind']))) {
    problems.push(notSupported('roleRef.kind', role['kind'] ?? '', kinds));
  }
  if (!role['name']) problems.push(required('roleRef.name'));
  return problems;
}

function subjectProblems(subject: Fields, path: string, isNamespaced: boolean): readonly FieldProblem[] {
  const { kind = '', name = '', namespace = '', apiGroup = '' } = subject;
  const problems: FieldProblem[] = [];
  if (name === '') problems.push(required(`${path}.name`));
  if (!subjectKinds.includes(asText(kind))) {
    return [...problems, notSupported(`${path}.kind`, kind, subjectKinds)];
  }
  const expected = kind === 'ServiceAccount' ? '' : group;
  if (apiGroup !== expected) problems.push(notSupported(`${path}.apiGroup`, apiGroup, [expected]));
  if (kind === 'ServiceAccount' && namespace === '' && !isNamespaced) {
    problems.push(required(`${path}.namespace`));
  }
  return problems;
}

function changedRole(
  object: KubernetesObject,
  before: KubernetesObject | undefined,
): readonly FieldProblem[] {
  if (before === undefined || isDeepStrictEqual(object['roleRef'], before['roleRef'])) return [];
  return [invalid('roleRef', object['roleRef'], 'cannot change roleRef')];
}
