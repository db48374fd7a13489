import { z } from 'zod';
import type { CloudEvent } from './cloud-event.ts';
import type { ResourceManifest } from './resource-manifest.ts';

const key = z.object({ namespace: z.string(), name: z.string() });

const manifest = z.object({
  cluster: z.string().min(1),
  group: z.string(),
  version: z.string().min(1),
  resource: z.string().min(1),
  kind: z.string(),
  scopeNamespace: z.string(),
  listResourceVersion: z.string(),
  from: key.optional(),
  to: key.optional(),
  entries: z.array(z.tuple([z.string(), z.string(), z.string(), z.string()])),
});

/** Reads the data of a manifest event; the reason names the first field that is wrong. */
export function parseManifest(
  event: CloudEvent,
):
  | { readonly kind: 'manifest'; readonly manifest: ResourceManifest }
  | { readonly kind: 'invalid'; readonly reason: string } {
  const value = jsonOf(event.data);
  const result = manifest.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    return { kind: 'invalid', reason: `manifest: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` };
  }
  const { from, to, ...rest } = result.data;
  return { kind: 'manifest', manifest: { ...rest, ...(from && { from }), ...(to && { to }) } };
}

function jsonOf(data: unknown): unknown {
  if (!(data instanceof Uint8Array)) return data;
  try {
    return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
