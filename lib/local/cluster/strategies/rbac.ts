import { isDeepStrictEqual } from 'node:util';

import { asFields, fill, mapField, mapItems } from '../defaults/fill.ts';
import { invalid, required } from '../validation/field-problem.ts';
import type { Strategy } from './strategy.ts';

const group = 'rbac.authorization.k8s.io';

/** Bindings: the role cannot be exchanged, only the subjects. */
export const bindingStrategy: Strategy = {
  defaults: (object) => {
    const withRole = mapField(object, 'roleRef', (role) => fill(asFields(role), { apiGroup: group }));
    return mapField(withRole, 'subjects', (subjects) =>
      mapItems(subjects, (subject) =>
        subject['kind'] === 'ServiceAccount' ? subject : fill(subject, { apiGroup: group }),
      ),
    );
  },
  validate: (object, before) => {
    const role = asFields(object['roleRef']);
    if (before !== undefined && !isDeepStrictEqual(role, before['roleRef'])) {
      return [invalid('roleRef', role, 'cannot change roleRef')];
    }
    return role['name'] ? [] : [required('roleRef.name')];
  },
};
