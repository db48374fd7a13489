import type { KubernetesRequest } from '../core/kubernetes-request.ts';
import { type ElectionEvent, runElected } from './leader-election.ts';
import { createLeaseClient } from './lease-client.ts';

export type LeadingOptions = {
  readonly request: KubernetesRequest;
  /** `undefined` runs the work without an election. */
  readonly lease: { readonly namespace: string; readonly name: string } | undefined;
  /** Unique among the replicas. */
  readonly identity: string;
  readonly lead: (signal: AbortSignal) => Promise<void>;
  readonly observe: (event: ElectionEvent) => void;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

/**
 * Does the work as long as this replica leads, or all the time where there is no election.
 * Resolves when the signal has aborted and the work has ended. @throws what the work throws
 */
export async function runLeading(options: LeadingOptions, signal: AbortSignal): Promise<void> {
  if (options.lease === undefined) {
    await options.lead(signal);
    return;
  }
  try {
    await runElected({ ...options, lease: createLeaseClient(options.request, options.lease) }, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
