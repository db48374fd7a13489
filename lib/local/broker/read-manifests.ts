import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { ManifestDocument } from './broker-manifests.ts';

/**
 * Every YAML document below a folder, in the order of the paths. Overlays are left out: they change what stands
 * elsewhere in the folder, and need kustomize.
 * @throws naming the file where it is no YAML
 */
export async function readManifests(folder: string): Promise<readonly ManifestDocument[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/[\\/]overlays[\\/]/.test(file.slice(folder.length)))
    .toSorted();
  const documents = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, 'utf8');
      return parseAllDocuments(text).map((document) => {
        const [problem] = document.errors;
        if (problem !== undefined)
          throw new Error(`Cannot read ${file}: ${problem.message}`, { cause: problem });
        return { file, value: document.toJS() as unknown };
      });
    }),
  );
  return documents.flat();
}
