import { z } from 'zod';
import type { WantedResources } from './resource-manifest.ts';

const wantedResources = z.object({
  cluster: z.string(),
  group: z.string(),
  version: z.string(),
  resource: z.string(),
  kind: z.string(),
  identities: z
    .array(z.object({ namespace: z.string(), name: z.string().min(1), uid: z.string() }))
    .max(100_000),
});

/** Data of `io.kubemirror.resource.wanted`; `undefined` where it has another form. */
export function parseWantedResources(data: unknown): WantedResources | undefined {
  return wantedResources.safeParse(data).data;
}
