import { z } from 'zod';
import { commaList, duration, flag } from './config-fields.ts';

/** Variables of every function that serves users: who they are and what they may see. */
export const accessConfig = {
  JWT_SIGN_KEY: z
    .string()
    .optional()
    .describe('Shared secret of HS256 tokens; without it they are refused')
    .meta({ secret: true }),
  JWT_ISSUER: z.string().optional().describe('Issuer that HS256 tokens must name; any where empty'),
  JWT_AUDIENCE: z.string().optional().describe('Audience that HS256 tokens must name; any where empty'),
  TOKEN_REVIEW: flag(true).describe("Accept the cluster's own tokens, by TokenReview"),
  TOKEN_AUDIENCES: commaList().describe(
    "Audiences of which reviewed tokens must have one; the API server's own where empty",
  ),
  ACCESS_MODE: z
    .enum(['evaluate', 'review'], { error: 'expected evaluate or review' })
    .default('evaluate')
    .describe(
      'How rights are found: `evaluate` the RBAC objects, compared with the API server; or only `review` by the API server, for clusters with other authorizers',
    ),
  ACCESS_CACHE_TTL: duration('3s').describe('How long a reviewed answer about rights is used'),
  CURSOR_KEY: z
    .string()
    .min(16, 'expected at least 16 characters')
    .optional()
    .describe(
      'Secret of cursors and stream ids, the same in all replicas; derived from JWT_SIGN_KEY where empty',
    )
    .meta({ secret: true }),
  CLUSTER_NAME: z
    .string()
    .optional()
    .describe('Name of this cluster in the database; found out from the cluster where empty'),
  CLUSTER_KUBECONFIGS: z
    .string()
    .optional()
    .describe(
      'Folder with one kubeconfig per further cluster, named like the cluster: its API server decides who reads its rows',
    ),
};
