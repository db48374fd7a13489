import { createHash } from 'node:crypto';

import type { ClusterState } from '../cluster-state.ts';
import type { Call } from '../http/call.ts';
import { send } from '../http/write-answer.ts';
import type { Definition } from '../registry/definition.ts';
import { openApiDocument } from './openapi-document.ts';

const root = '/openapi/v3';

/** Serves the index of OpenAPI documents and each of them; false for other paths. */
export async function serveOpenApi(cluster: ClusterState, call: Call): Promise<boolean> {
  const { path } = call.info;
  if (path !== root && !path.startsWith(`${root}/`)) return false;
  const documents = Map.groupBy(cluster.registry.all(), groupVersionPath);
  if (path === root) {
    const paths = [...documents].map(([groupVersion, definitions]) => {
      const hash = createHash('sha512')
        .update(serialize(groupVersion, definitions))
        .digest('hex')
        .toUpperCase();
      return [groupVersion, { serverRelativeURL: `${root}/${groupVersion}?hash=${hash}` }] as const;
    });
    await send(
      call,
      200,
      'application/json',
      Buffer.from(JSON.stringify({ paths: Object.fromEntries(paths) })),
    );
    return true;
  }
  const groupVersion = path.slice(root.length + 1);
  const definitions = documents.get(groupVersion);
  if (definitions === undefined) return false;
  await send(call, 200, 'application/json', serialize(groupVersion, definitions));
  return true;
}

function groupVersionPath({ group, version }: Definition): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

/** Documents of built-in groups never change, and are large enough to be made once only. */
const built = new Map<string, Buffer>();

function serialize(groupVersion: string, definitions: readonly Definition[]): Buffer {
  const isFixed = definitions.every((definition) => definition.custom === undefined);
  const known = isFixed ? built.get(groupVersion) : undefined;
  if (known !== undefined) return known;
  const document = Buffer.from(JSON.stringify(openApiDocument(definitions, 'Kubernetes')));
  if (isFixed) built.set(groupVersion, document);
  return document;
}
