import { answerField } from '../../../lib/http/answer-field.ts';
import type { DescribedOperation, DescribedPaths } from '../../../lib/http/open-api-document.ts';
import type { OpenApiParameter } from '../../../lib/http/open-api-parameters.ts';

const pathParameter = (name: string): OpenApiParameter => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string' },
});

const query = (name: string, description: string, schema: object = { type: 'string' }): OpenApiParameter => ({
  name,
  in: 'query',
  description,
  schema: schema as OpenApiParameter['schema'],
});

const wholeNumber = { type: 'integer', minimum: 0, maximum: 999_999_999 };
const accept: OpenApiParameter = {
  name: 'Accept',
  in: 'header',
  description: 'JSON, YAML, or a Table as kubectl asks for it',
  schema: { type: 'string' },
};

const viewQuery = [
  query('at', 'The state as it was stored at this time (RFC 3339); also as `/at/{time}` before the path'),
  query('deleted', '`true` for objects that were deleted; also as `/deleted` before the path'),
];

const answer = answerField.object;
const notFound = {
  404: 'There is no such resource or object',
  406: 'None of the media types of `Accept` is served',
};

const list: DescribedOperation = {
  summary: 'A list, or with `watch` a stream of changes, as the Kubernetes API has it',
  parameters: [
    accept,
    query('labelSelector', 'Label selector'),
    query('fieldSelector', 'Field selector'),
    query('limit', 'Most objects in one answer; 0 for all', wholeNumber),
    query('continue', 'Continues after the page that it came with'),
    query('resourceVersion', 'Where a watch starts'),
    query('resourceVersionMatch', 'Which versions may answer', { enum: ['Exact', 'NotOlderThan'] }),
    query('sendInitialEvents', 'A watch starts with what there is', { type: 'boolean' }),
    query('watch', 'Follows changes', { type: 'boolean' }),
    query('allowWatchBookmarks', 'Bookmarks in a watch', { type: 'boolean' }),
    query('timeoutSeconds', 'When a watch ends', wholeNumber),
    query('includeObject', 'What a Table carries of each object', { enum: ['None', 'Metadata', 'Object'] }),
    ...viewQuery,
  ],
  answer,
  also: {
    ...notFound,
    403: 'The cluster does not let this user list it',
    410: 'What it continues is gone',
    422: 'Parameters that contradict each other',
  },
};

const get: DescribedOperation = {
  summary: 'One object, as the Kubernetes API has it',
  parameters: [accept, ...viewQuery],
  answer,
  also: { ...notFound, 403: 'The cluster does not let this user get it' },
};

const discovery: DescribedOperation = {
  summary: 'Discovery: what is mirrored, as the Kubernetes API tells it',
  parameters: [accept],
  answer,
  also: notFound,
};

/** Paths of the Kubernetes API where this part is in front. */
function under(prefix: string, names: readonly string[]): DescribedPaths {
  const at = (path: string, operation: DescribedOperation): DescribedPaths => {
    const parameters = [...path.matchAll(/\{([a-z]+)\}/g)].map(([, name]) => pathParameter(name ?? ''));
    return {
      [path]: { get: { ...operation, parameters: [...parameters, ...(operation.parameters ?? [])] } },
    };
  };
  const group = names.length === 0 ? {} : at(`${prefix}/{group}`, discovery);
  const base = [prefix, ...names.map((name) => `{${name}}`)].join('/');
  const root = names.length === 0 ? '/api/v1' : base;
  return {
    ...at(prefix, discovery),
    ...group,
    ...at(root, discovery),
    ...at(`${root}/{resource}`, list),
    ...at(`${root}/{resource}/{name}`, get),
    ...at(`${root}/namespaces/{namespace}/{resource}`, list),
    ...at(`${root}/namespaces/{namespace}/{resource}/{name}`, get),
  };
}

/**
 * The Kubernetes read API in outline, for the API description: its clients know it, and read discovery. The same
 * paths are served behind `/clusters/{cluster}`, `/at/{time}` and `/deleted`.
 */
export const describedKubeApi: DescribedPaths = {
  '/version': { get: { summary: 'The version of the Kubernetes API that is served', answer } },
  ...under('/api', []),
  ...under('/apis', ['group', 'version']),
};
