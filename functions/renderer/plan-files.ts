import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { RenderInput } from '../../lib/postgres/app-configs/render-input.ts';
import { namesOf, wantedName } from './plan-objects.ts';
import { type FileFormat, fileName, renderFile } from './rendered-file.ts';

/** What is in the folder at the branch's tip, as far as the plan needs it. */
export type FolderState = {
  /** Object ids by file name. */
  readonly blobs: ReadonlyMap<string, string>;
  /** Id of the AppConfig by file name, for files whose content was read. */
  readonly ids: ReadonlyMap<string, string | undefined>;
};

export type FilePlan = {
  /** Content by file name. */
  readonly files: ReadonlyMap<string, Buffer | 'deleted'>;
  /** What the commit says, a line per AppConfig that it changes. */
  readonly changes: readonly FileChange[];
};

export type FileChange = {
  readonly id: string;
  readonly name: string;
  readonly generation: number;
  readonly kind: 'write' | 'delete';
};

/**
 * Compares what AppConfigs want with what is in the folder. Files under other names are removed if they were
 * rendered from that AppConfig, or say nothing about where they are from: its inventory says that it was there.
 * @param options.blobId object id of a content
 */
export function planFiles(
  inputs: readonly RenderInput[],
  state: FolderState,
  options: {
    readonly kind: AppConfigKind;
    readonly format: FileFormat;
    readonly blobId: (content: Buffer) => string;
  },
): FilePlan {
  const files = new Map<string, Buffer | 'deleted'>();
  const changes: FileChange[] = [];
  const written = new Set<string>();
  for (const input of inputs) {
    const { id, row } = input;
    const name = wantedName(input);
    if (name === undefined || row === undefined) continue;
    const file = fileName(name, options.format);
    written.add(file);
    const content = renderFile(id, row, options.kind, options.format);
    if (state.blobs.get(file) === options.blobId(content)) continue;
    files.set(file, content);
    changes.push({ id, name, generation: row.generation, kind: 'write' });
  }
  // After all writes: a name may have changed hands inside this very batch.
  for (const input of inputs) {
    const wanted = wantedName(input);
    for (const name of namesOf(input)) {
      const file = fileName(name, options.format);
      if (name === wanted || written.has(file) || !state.blobs.has(file)) continue;
      const owner = state.ids.get(file);
      if (owner !== undefined && owner !== input.id) continue;
      files.set(file, 'deleted');
      const generation = Math.max(input.row?.generation ?? 0, input.status?.generation ?? 0);
      changes.push({ id: input.id, name, generation, kind: 'delete' });
    }
  }
  return { files, changes };
}

/** Files whose content has to be read before a plan can be made: those that may have to go. */
export function filesToRead(
  inputs: readonly RenderInput[],
  blobs: ReadonlyMap<string, string>,
  format: FileFormat,
): string[] {
  const names = inputs.flatMap((input) => namesOf(input).filter((name) => name !== wantedName(input)));
  return [...new Set(names)].map((name) => fileName(name, format)).filter((file) => blobs.has(file));
}
