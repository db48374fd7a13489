import { z } from 'zod';
import { parseRedactionRule, type RedactionRule } from '../core/redaction-rules.ts';
import { commaList, duration, flag, integer } from './config-fields.ts';

/** Variables of the functions that follow the API server. */
export const watcherConfig = {
  CLUSTER_NAME: z
    .string()
    .optional()
    .describe('Name of this cluster in the database; found out from the cluster where empty'),
  NAMESPACES: commaList().describe('Namespaces to follow; all where empty'),
  REDACT_PATHS: commaList()
    .transform((texts, context): readonly RedactionRule[] =>
      texts.flatMap((text) => {
        const rule = parseRedactionRule(text);
        if (rule !== undefined) return [rule];
        context.addIssue({
          code: 'custom',
          message: `"${text}", expected [resource[.group]:]path such as configmaps:data.* and never the identity`,
        });
        return [];
      }),
    )
    .describe('Values that never leave the watcher, beside those of Secrets: [resource[.group]:]dotted.path'),
  KEEP_MANAGED_FIELDS: flag(false).describe('Pass managedFields on'),
  API_QPS: integer({ min: 1, max: 1_000, default: 20 }).describe('Lists and watches begun per second'),
  API_BURST: integer({ min: 1, max: 10_000, default: 40 }).describe('Lists and watches begun at once'),
  WATCH_SILENCE_TIMEOUT: duration('150s').describe(
    'Silence after which a watch counts as dead; bookmarks come about every minute',
  ),
  LEADER_ELECTION: flag(false).describe('Run as one of several replicas, of which one at a time works'),
  LEASE_NAMESPACE: z
    .string()
    .optional()
    .describe("Namespace of the Leases for leadership and resume points; the pod's own where empty"),
  RESUME: flag(true).describe(
    'Keep resume points in a Lease, so that a restart goes on where it stopped; needs a lease namespace',
  ),
};
