import { readFile } from 'node:fs/promises';
import type { Authenticate } from '../core/caller.ts';
import type { KubernetesRequest } from '../core/kubernetes-request.ts';
import type { OidcAlgorithm } from '../core/oidc-algorithms.ts';
import type { TokenJudgement } from '../core/token-judgement.ts';
import type { AccessControl } from './access-control.ts';
import { createAuthenticate } from './authenticate.ts';
import type { Authenticator } from './authenticator.ts';
import { createClientConfigs } from './client-configs.ts';
import type { Clusters } from './cluster-access.ts';
import { createDecisionSampler, type Disagreement } from './decision-sampler.ts';
import { createEvaluatedAccessControl } from './evaluated-access-control.ts';
import { createHs256Authenticator } from './hs256-authenticator.ts';
import { createOidcAuthenticator } from './oidc-authenticator.ts';
import { createOidcKeys } from './oidc-keys.ts';
import type { RbacSource } from './rbac-source.ts';
import { createReadOverTls } from './read-over-tls.ts';
import { createReviewAccess } from './review-access.ts';
import { createReviewedAccessControl } from './reviewed-access-control.ts';
import { tellJudgements } from './tell-judgements.ts';
import { createTokenReviewAuthenticator } from './token-review-authenticator.ts';
import { withClientConfig } from './with-client-config.ts';

/** What `accessConfig` of lib/runtime parsed from the environment. */
export type AccessConfig = {
  readonly JWT_SIGN_KEY?: string | undefined;
  readonly JWT_ISSUER?: string | undefined;
  readonly JWT_AUDIENCE?: string | undefined;
  readonly AUTHN_NS: string;
  readonly OIDC_ISSUER_URL?: string | undefined;
  readonly OIDC_AUDIENCES: readonly string[];
  readonly OIDC_SIGNING_ALGORITHMS: readonly OidcAlgorithm[];
  readonly OIDC_USERNAME_CLAIM: string;
  readonly OIDC_USERNAME_PREFIX?: string | undefined;
  readonly OIDC_GROUPS_CLAIM: string;
  readonly OIDC_GROUPS_PREFIX: string;
  readonly OIDC_CA_FILE?: string | undefined;
  readonly TOKEN_REVIEW: boolean;
  readonly TOKEN_AUDIENCES: readonly string[];
  readonly ACCESS_CACHE_TTL: number;
};

/** One API server that decides about its cluster. */
export type Decider = {
  readonly cluster: string;
  readonly request: KubernetesRequest;
  /** Its RBAC objects; without them every decision is asked for. */
  readonly rbac?: RbacSource | undefined;
};

export type AccessHooks = {
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Gets why rights could not be found out. */
  readonly onUnknown: (cluster: string, reason: string) => void;
  /** Gets why the keys of an issuer could not be read; those that are known are used meanwhile. */
  readonly onIssuerAway: (issuer: string, reason: string) => void;
  readonly onJudged: (judgement: TokenJudgement) => void;
  readonly onCompared: (cluster: string, agreed: boolean) => void;
  readonly onDisagreement: (cluster: string, disagreement: Disagreement) => void;
};

/** Confirmed rights are dropped with every change of RBAC; this bounds what no such change announces. */
const confirmedTtlMs = 30_000;

/** Who callers are, and who decides what they may do. */
export function createAccess(
  config: AccessConfig,
  deciders: { readonly own: Decider; readonly others: readonly Decider[] },
  hooks: AccessHooks,
): { readonly authenticate: Authenticate; readonly clusters: Clusters } {
  const { own, others } = deciders;
  const control = (decider: Decider) => ({
    cluster: decider.cluster,
    access: createControl(config, decider, hooks),
  });
  return {
    authenticate: createAuthenticate(authenticatorsOf(config, own.request, hooks), () =>
      hooks.onJudged({ source: 'none', result: 'refused' }),
    ),
    clusters: { own: control(own), others: others.map(control) },
  };
}

function authenticatorsOf(
  config: AccessConfig,
  request: KubernetesRequest,
  { now, onIssuerAway, onJudged }: AccessHooks,
): Authenticator[] {
  const { JWT_SIGN_KEY: signKey, JWT_ISSUER: issuer, JWT_AUDIENCE: audience, AUTHN_NS: namespace } = config;
  const found: Authenticator[] = [];
  if (signKey !== undefined) {
    const jwt = tellJudgements('jwt', createHs256Authenticator({ signKey, issuer, audience, now }), onJudged);
    const configs = tellJudgements('authn', createClientConfigs({ request, namespace, now }), onJudged);
    found.push(namespace === '' ? jwt : withClientConfig(jwt, configs));
  }
  if (config.OIDC_ISSUER_URL !== undefined) {
    const oidc = oidcAuthenticator(config, config.OIDC_ISSUER_URL, { now, onIssuerAway });
    found.push(tellJudgements('oidc', oidc, onJudged));
  }
  if (config.TOKEN_REVIEW) {
    const reviews = createTokenReviewAuthenticator({ request, audiences: config.TOKEN_AUDIENCES, now });
    found.push(tellJudgements('tokenreview', reviews, onJudged));
  }
  return found;
}

function oidcAuthenticator(
  config: AccessConfig,
  issuer: string,
  { now, onIssuerAway }: Pick<AccessHooks, 'now' | 'onIssuerAway'>,
): Authenticator {
  const { OIDC_AUDIENCES: audiences, OIDC_USERNAME_PREFIX: usernamePrefix, OIDC_CA_FILE: caFile } = config;
  if (audiences.length === 0) {
    throw new Error(
      `Cannot accept tokens of ${issuer}: OIDC_AUDIENCES is empty, expected the client ids they are for`,
    );
  }
  const read = createReadOverTls(caFile === undefined ? undefined : () => readFile(caFile, 'utf8'));
  return createOidcAuthenticator({
    issuer,
    audiences,
    algorithms: config.OIDC_SIGNING_ALGORITHMS,
    usernameClaim: config.OIDC_USERNAME_CLAIM,
    usernamePrefix: usernamePrefix === '-' ? '' : usernamePrefix,
    groupsClaim: config.OIDC_GROUPS_CLAIM,
    groupsPrefix: config.OIDC_GROUPS_PREFIX,
    keys: createOidcKeys({ issuer, read, now, onFailure: (reason) => onIssuerAway(issuer, reason) }),
    now,
  });
}

function createControl(config: AccessConfig, decider: Decider, hooks: AccessHooks): AccessControl {
  const { cluster, request, rbac } = decider;
  const { now } = hooks;
  const review = createReviewAccess({ request, onUnknown: (reason) => hooks.onUnknown(cluster, reason) });
  const reviewed = createReviewedAccessControl({ review, ttlMs: config.ACCESS_CACHE_TTL, now });
  if (rbac === undefined) return reviewed;
  return createEvaluatedAccessControl({
    rbac,
    reviewed,
    confirmed: createReviewedAccessControl({
      review,
      ttlMs: confirmedTtlMs,
      // The API server that was asked may know of a new right later than we do.
      deniedTtlMs: Math.min(config.ACCESS_CACHE_TTL, confirmedTtlMs),
      now,
    }),
    sampler: createDecisionSampler({
      rbac,
      review,
      now,
      random: hooks.random,
      sleep: hooks.sleep,
      onCompared: (agreed) => hooks.onCompared(cluster, agreed),
      onDisagreement: (disagreement) => hooks.onDisagreement(cluster, disagreement),
    }),
  });
}
