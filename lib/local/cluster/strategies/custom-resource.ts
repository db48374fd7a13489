import { isDeepStrictEqual } from 'node:util';

import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { defaultCustomObject } from '../custom/default-custom-object.ts';
import { validateCustomObject } from '../custom/validate-custom-object.ts';
import type { CustomVersion, Definition } from '../registry/definition.ts';
import type { Strategy } from './strategy.ts';

/** Custom resources follow their definition: schema, subresources, and generation always. */
export function customStrategy(_definition: Definition, custom: CustomVersion): Strategy {
  return {
    hasGeneration: true,
    needsVersion: true,
    hasStatus: custom.hasStatus,
    defaults: (object) => defaultCustomObject(object, custom.schema) as KubernetesObject,
    validate: (object, before) => validateCustomObject(object, custom.schema, before),
  };
}

/** True where a change of a custom resource counts as a new generation: anything but metadata and status. */
export function customContentChanged(
  object: KubernetesObject,
  before: KubernetesObject,
  custom: CustomVersion,
): boolean {
  const content = ({ metadata: _metadata, status, ...rest }: KubernetesObject) =>
    custom.hasStatus ? rest : { ...rest, status };
  return !isDeepStrictEqual(content(object), content(before));
}
