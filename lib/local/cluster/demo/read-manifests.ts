import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../../core/kubernetes-object.ts';

/** The objects a demo begins with, in the order in which they are created. */
export function readManifests(): KubernetesObject[] {
  const folder = join(import.meta.dirname, 'manifests');
  return readdirSync(folder)
    .toSorted()
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')))
    .map((document) => document.toJS() as KubernetesObject);
}
