import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import type { ResourceInfo } from '../http/request-info.ts';
import type { Definition } from '../registry/definition.ts';

/** Answers a resource that is never stored. */
export type Review = (
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
) => Promise<Answer>;
