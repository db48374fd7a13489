import type { Definition } from './definition.ts';

const builtIn: Readonly<Record<string, string>> = {
  'v1/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  'v1/componentstatuses': 'v1 ComponentStatus is deprecated in v1.19+',
};

/** What every use of a deprecated version is warned about. */
export function deprecationOf(definition: Definition): string | undefined {
  if (definition.custom !== undefined) return definition.custom.deprecationWarning;
  return definition.group === '' ? builtIn[`${definition.version}/${definition.resource}`] : undefined;
}
