import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { RenderRow } from '../../lib/postgres/app-configs/render-input.ts';
import { customResource, isUuid, marks } from './custom-resource.ts';

export type FileFormat = 'json' | 'yaml';

/** Name of an AppConfig's file below the folder. */
export function fileName(name: string, format: FileFormat): string {
  return `${name}.${format}`;
}

/** Name of the AppConfig that a file in the folder belongs to; `undefined` for files that are not ours. */
export function nameOfFile(file: string, format: FileFormat): string | undefined {
  const name = file.endsWith(`.${format}`) ? file.slice(0, -format.length - 1) : '';
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name) ? name : undefined;
}

/** The custom resource as a file: always the same bytes for the same row, so that no change makes no commit. */
export function renderFile(id: string, row: RenderRow, kind: AppConfigKind, format: FileFormat): Buffer {
  const object = customResource(id, row, kind);
  return Buffer.from(format === 'json' ? `${JSON.stringify(object, null, 2)}\n` : toYaml(object, 0));
}

/**
 * Id that a file was rendered from, in either format and also where somebody has changed other parts of it;
 * `undefined` where it does not say.
 */
export function idInFile(content: Buffer): string | undefined {
  const text = content.toString('utf8');
  const id = new RegExp(`"?${marks.id.replaceAll('.', '\\.')}"?: *"([^"]*)"`).exec(text)?.[1];
  return id !== undefined && isUuid(id) ? id : undefined;
}

/** Objects of texts and numbers only. A JSON text is a YAML scalar, whatever is in it, so nothing is left to guess. */
function toYaml(value: object, indent: number): string {
  return Object.entries(value)
    .map(([key, member]: [string, unknown]) => {
      const start = `${' '.repeat(indent)}${/^[A-Za-z_]+$/.test(key) ? key : JSON.stringify(key)}:`;
      if (typeof member === 'object' && member !== null) return `${start}\n${toYaml(member, indent + 2)}`;
      return `${start} ${JSON.stringify(member)}\n`;
    })
    .join('');
}
