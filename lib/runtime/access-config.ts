import { accessSync, constants } from 'node:fs';
import { z } from 'zod';
import { oidcAlgorithms } from '../core/oidc-algorithms.ts';
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
  AUTHN_NS: z
    .string()
    .default('')
    .describe(
      'Namespace with a secret `<user>-clientconfig` for each user of HS256 tokens, as Krateo keeps them: its certificate must name the user, and says the groups. Without one a user is refused. Empty: not asked for',
    ),
  OIDC_ISSUER_URL: z
    .url({ protocol: /^https$/, error: 'expected an https URL, exactly as tokens name it' })
    .optional()
    .describe('OpenID Connect issuer whose tokens are accepted; none where empty'),
  OIDC_AUDIENCES: commaList().describe(
    'Audiences (client ids) of which its tokens must have one; required with an issuer',
  ),
  OIDC_SIGNING_ALGORITHMS: commaList()
    .transform((names) => (names.length === 0 ? ['RS256'] : names))
    .pipe(z.array(z.enum(oidcAlgorithms, { error: `expected some of ${oidcAlgorithms.join(', ')}` })))
    .describe('Algorithms that its tokens may be signed with; RS256 where empty'),
  OIDC_USERNAME_CLAIM: z.string().default('sub').describe('Claim with the name of the user'),
  OIDC_USERNAME_PREFIX: z
    .string()
    .optional()
    .describe(
      'Before every such name; the issuer and `#` where empty, but nothing for the claim `email`; `-` for nothing',
    ),
  OIDC_GROUPS_CLAIM: z.string().default('groups').describe("Claim with the user's groups"),
  OIDC_GROUPS_PREFIX: z.string().default('').describe('Before every such group'),
  OIDC_CA_FILE: z
    .string()
    .refine(isReadable, 'expected a file that can be read')
    .optional()
    .describe(
      "PEM certificates that vouch for the issuer's server, read again with its keys; the system's where empty",
    ),
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

/** What single variables cannot tell: for `superRefine` of a function's schema. */
export function checkAccess(
  config: { readonly OIDC_ISSUER_URL?: string | undefined; readonly OIDC_AUDIENCES: readonly string[] },
  context: z.RefinementCtx,
): void {
  if (config.OIDC_ISSUER_URL === undefined || config.OIDC_AUDIENCES.length > 0) return;
  context.addIssue({
    code: 'custom',
    path: ['OIDC_AUDIENCES'],
    message: 'expected the client ids that tokens of OIDC_ISSUER_URL are for',
  });
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    // Whatever is wrong with it, the message says what is expected.
    return false;
  }
}
