import type { Definition } from '../registry/definition.ts';
import { builtInSchema } from '../schemas/built-in-schema.ts';
import { customComponentName, reference } from './component-names.ts';
import { SchemaComponents } from './schema-components.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The OpenAPI v3 document of one group version, as far as kubectl reads it: the types for `explain` and
 * `apply`, and which parameters its operations take. Descriptions are left out.
 */
export function openApiDocument(definitions: readonly Definition[], title: string): Json {
  const components = new SchemaComponents();
  const paths: Record<string, Json> = {};
  for (const definition of definitions) {
    const component = addKind(components, definition);
    const base = pathOf(definition);
    paths[base] = operations(definition, component, ['list', 'create', 'deletecollection']);
    paths[`${base}/{name}`] = operations(definition, component, ['get', 'update', 'patch', 'delete']);
    if (definition.subresources.some(({ name }) => name === 'status')) {
      paths[`${base}/{name}/status`] = operations(definition, component, ['get', 'update', 'patch']);
    }
  }
  return {
    openapi: '3.0.0',
    info: { title, version: 'unversioned' },
    paths,
    components: { schemas: components.all },
  };
}

function addKind(components: SchemaComponents, definition: Definition): string {
  const { group, version, kind, custom } = definition;
  const extensions = { 'x-kubernetes-group-version-kind': [{ group, version, kind }] };
  const type = builtInSchema(definition);
  if (custom === undefined) return type === undefined ? '' : components.addStruct(type, extensions);
  const metadataType = builtInSchema({ group: '', version: 'v1', kind: 'Namespace' })?.fields.get('metadata');
  const metadata =
    metadataType?.node.kind === 'struct'
      ? { allOf: [reference(components.addStruct(metadataType.node))] }
      : { type: 'object' };
  const name = customComponentName(group, version, kind);
  const schema = custom.schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  components.add(name, {
    ...schema,
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      ...(schema['properties'] as Json | undefined),
      metadata,
    },
    ...extensions,
  });
  return name;
}

function pathOf({ group, version, resource, namespaced }: Definition): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespaced ? '/namespaces/{namespace}' : ''}/${resource}`;
}

const methods = {
  list: ['get', 'list'],
  create: ['post', 'post'],
  deletecollection: ['delete', 'deletecollection'],
  get: ['get', 'get'],
  update: ['put', 'put'],
  patch: ['patch', 'patch'],
  delete: ['delete', 'delete'],
} as const;

const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation'];

function operations(
  definition: Definition,
  component: string,
  verbs: readonly (keyof typeof methods)[],
): Json {
  const { group, version, kind } = definition;
  const served = verbs.filter((verb) => definition.verbs.includes(verb));
  return Object.fromEntries(
    served.map((verb) => {
      const [method, action] = methods[verb];
      const writes = verb === 'create' || verb === 'update' || verb === 'patch';
      const names = verb === 'patch' ? [...writeParameters, 'force'] : writeParameters;
      return [
        method,
        {
          'x-kubernetes-action': action,
          'x-kubernetes-group-version-kind': { group, version, kind },
          ...(writes ? { parameters: names.map(queryParameter) } : {}),
          ...(writes && component !== '' ? { requestBody: jsonContent(component) } : {}),
          responses: {
            200: { description: 'OK', ...(component === '' ? {} : jsonContent(component)) },
          },
        },
      ];
    }),
  );
}

function queryParameter(name: string): Json {
  return { name, in: 'query', schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true } };
}

function jsonContent(component: string): Json {
  return { content: { 'application/json': { schema: reference(component) } } };
}
