import { createHash } from 'node:crypto';

/** Object id of a file's content, in repositories of Git's usual object format. */
export function blobId(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}
