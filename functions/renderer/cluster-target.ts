import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { KubernetesAnswer, KubernetesRequest } from '../../lib/core/kubernetes-request.ts';
import { resourcePath } from '../../lib/core/resource-path.ts';
import type { RenderInput } from '../../lib/postgres/app-configs/render-input.ts';
import { customResource, isAsWanted, renderedId } from './custom-resource.ts';
import { type Judgement, judgeAnswer, statusOf } from './judge-answer.ts';
import { objectOf } from './object-of.ts';
import { outcomeWithoutTarget } from './outcome-without-target.ts';
import { namesOf, type ObjectPlan, planObjects } from './plan-objects.ts';
import type { RenderedItem, RenderResult, RenderTarget, RenderTask, TargetOutcome } from './render-target.ts';

/** Looks again this often when others write at the same time; then it is for the next attempt. */
const maxRounds = 5;
const requestTimeoutMs = 15_000;
const pageSize = 500;
/** A finalizer of somebody else's takes its time. */
const terminatingRetryMs = 2_000;

/** Renders AppConfigs as custom resources, by server-side apply under `fieldManager`. */
export function createClusterTarget(options: {
  readonly request: KubernetesRequest;
  readonly kind: AppConfigKind;
  readonly fieldManager: string;
}): RenderTarget {
  return {
    kind: 'cluster',
    render: (task) => render(task, options),
    list: () => listObjects(options),
    removeOrphans: async (orphans) => {
      for (const orphan of orphans) await removeOrphan(orphan, options);
    },
  };
}

type Options = Parameters<typeof createClusterTarget>[0];

/** No answer came: what was asked for may have happened all the same, and the next attempt sees it. */
class UnreachableError extends Error {
  override name = 'UnreachableError';
}

async function render(task: RenderTask, options: Options): Promise<RenderResult> {
  let input: RenderInput | undefined;
  try {
    for (let round = 0; round < maxRounds; round += 1) {
      const seen = await look(task, options);
      input = seen.input;
      if (seen.kind === 'unknown') return { input, outcome: nothingLeft };
      if (seen.kind === 'settled') return { input, outcome: seen.outcome };
      const outcome = await carryOut(planObjects(seen.input, seen.live, options.kind), seen.input, options);
      if (outcome !== 'conflict') return { input, outcome };
    }
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    return { input, outcome: { kind: 'failed', reason: 'Unreachable', message: error.message } };
  }
  return {
    input,
    outcome: { kind: 'failed', reason: 'Conflict', message: 'others keep writing the object' },
  };
}

const nothingLeft: TargetOutcome = { kind: 'pruned', changed: false, goneNames: [] };

type Seen =
  | { readonly kind: 'unknown'; readonly input: undefined }
  | { readonly kind: 'settled'; readonly input: RenderInput | undefined; readonly outcome: TargetOutcome }
  | { readonly kind: 'seen'; readonly input: RenderInput; readonly live: Map<string, KubernetesObject> };

/** Reads the objects and then the row, until the row names no object that was not read before it. */
async function look(task: RenderTask, options: Options): Promise<Seen> {
  const looked = new Set<string>();
  const live = new Map<string, KubernetesObject>();
  let names: readonly string[] = task.hintNames;
  for (;;) {
    for (const name of names) {
      looked.add(name);
      const answer = await send(options, { method: 'GET', path: pathOf(options.kind, name) });
      const judgement = judgeAnswer(answer);
      if (judgement.kind === 'done') live.set(name, objectOf(answer.body) ?? broken(name));
      else if (judgement.kind !== 'not-found') {
        return { kind: 'settled', input: undefined, outcome: outcomeOf(judgement, answer) };
      }
    }
    const input = await task.readInput();
    if (input === undefined) return { kind: 'unknown', input };
    const outcome = outcomeWithoutTarget(input, task.prune);
    if (outcome !== undefined) return { kind: 'settled', input, outcome };
    names = namesOf(input).filter((name) => !looked.has(name));
    if (names.length === 0) return { kind: 'seen', input, live };
  }
}

async function carryOut(
  plan: ObjectPlan,
  input: RenderInput,
  options: Options,
): Promise<TargetOutcome | 'conflict'> {
  const terminating = [...plan.terminating];
  for (const { name, uid, resourceVersion } of plan.deletes) {
    const answer = await send(options, {
      method: 'DELETE',
      path: pathOf(options.kind, name),
      body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } },
    });
    const judgement = judgeAnswer(answer);
    if (judgement.kind === 'conflict') return 'conflict';
    if (judgement.kind === 'done') {
      // With a finalizer the object stays and says so; without one the answer is a Status.
      if (objectOf(answer.body)?.metadata.deletionTimestamp !== undefined) terminating.push(name);
    } else if (judgement.kind !== 'not-found') return outcomeOf(judgement, answer);
  }
  const applied = plan.apply === undefined ? undefined : await apply(plan.apply, options);
  if (applied !== undefined && applied.kind !== 'applied') {
    return applied.kind === 'conflict' ? 'conflict' : applied.outcome;
  }
  if (terminating.length > 0) {
    return {
      kind: 'failed',
      reason: 'Terminating',
      message: `waiting for ${terminating.join(', ')} to go, which a finalizer holds`,
      retryAfterMs: terminatingRetryMs,
    };
  }
  const object = applied?.object ?? plan.unchanged;
  const goneNames = namesOf(input).filter((name) => name !== object?.metadata.name);
  const changed = applied !== undefined || plan.deletes.length > 0;
  if (object === undefined) return { kind: 'pruned', changed, goneNames };
  return { kind: 'applied', revision: object.metadata.resourceVersion ?? '', changed, goneNames };
}

async function apply(
  wanted: KubernetesObject,
  options: Options,
): Promise<
  | { readonly kind: 'applied'; readonly object: KubernetesObject }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'not-applied'; readonly outcome: TargetOutcome }
> {
  const name = wanted.metadata.name ?? '';
  // Forced, because we are the only owner of these fields; the fields of others stay theirs.
  const query = new URLSearchParams({ fieldManager: options.fieldManager, force: 'true' });
  const answer = await send(options, {
    method: 'PATCH',
    path: `${pathOf(options.kind, name)}?${query.toString()}`,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: JSON.stringify(wanted),
  });
  const judgement = judgeAnswer(answer);
  if (judgement.kind === 'conflict') return { kind: 'conflict' };
  if (judgement.kind !== 'done') return { kind: 'not-applied', outcome: outcomeOf(judgement, answer) };
  const object = objectOf(answer.body) ?? broken(name);
  return { kind: 'applied', object };
}

/** The whole collection, ours or not: an object that lost its labels shows as missing and is put right. */
async function listObjects(options: Options): Promise<RenderedItem[]> {
  const items: RenderedItem[] = [];
  let next: string | undefined;
  do {
    const query = new URLSearchParams({
      limit: String(pageSize),
      ...(next === undefined ? {} : { continue: next }),
    });
    const path = `${resourcePath(options.kind, { namespace: options.kind.namespace })}?${query.toString()}`;
    const answer = await options.request({ method: 'GET', path, timeoutMs: requestTimeoutMs });
    if (answer.status !== 200) {
      throw new Error(`Cannot list ${options.kind.resource}: ${statusOf(answer).message}, expected 200`);
    }
    const list = answer.body as { metadata?: { continue?: string }; items?: unknown[] };
    for (const item of list.items ?? []) {
      const object = objectOf(item);
      if (object !== undefined) items.push(itemOf(object, options.kind));
    }
    next = list.metadata?.continue || undefined;
  } while (next !== undefined);
  return items;
}

function itemOf(object: KubernetesObject, kind: AppConfigKind): RenderedItem {
  const { name = '', uid = '', resourceVersion = '' } = object.metadata;
  return {
    name,
    id: renderedId(object),
    version: `${uid}/${resourceVersion}`,
    isAsWanted: (input) =>
      input.row !== undefined &&
      !input.row.deleted &&
      isAsWanted(object, customResource(input.id, input.row, kind)),
  };
}

async function removeOrphan(orphan: RenderedItem, options: Options): Promise<void> {
  const [uid, resourceVersion] = orphan.version.split('/');
  const answer = await options.request({
    method: 'DELETE',
    path: pathOf(options.kind, orphan.name),
    body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } },
    timeoutMs: requestTimeoutMs,
  });
  const judgement = judgeAnswer(answer);
  // Changed or gone since it was listed: the next comparison judges it anew.
  if (judgement.kind === 'done' || judgement.kind === 'conflict' || judgement.kind === 'not-found') return;
  throw new Error(`Cannot remove "${orphan.name}": ${judgement.message}, expected it to be deleted`);
}

function outcomeOf(judgement: Judgement, answer: KubernetesAnswer): TargetOutcome {
  if (judgement.kind === 'refused' || judgement.kind === 'failed') return judgement;
  // 404 to a write: the kind or the namespace is missing, which somebody may still create.
  return { kind: 'failed', ...statusOf(answer) };
}

async function send(options: Options, request: Parameters<KubernetesRequest>[0]): Promise<KubernetesAnswer> {
  try {
    return await options.request({ ...request, timeoutMs: requestTimeoutMs });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UnreachableError(`the API server cannot be reached: ${message}`, { cause: error });
  }
}

/** @throws for an empty name, whose path would mean the whole collection */
function pathOf(kind: AppConfigKind, name: string): string {
  if (name === '') throw new Error('Cannot address an object: its name is empty, expected a name');
  return resourcePath(kind, { namespace: kind.namespace, name });
}

function broken(name: string): never {
  throw new Error(`Cannot read object "${name}": the API server sent no object`);
}
