import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import { fullJitterMs } from '../../lib/core/full-jitter.ts';
import { blobId } from '../../lib/git/blob-id.ts';
import type { GitBranch } from '../../lib/git/open-branch.ts';
import { GitError } from '../../lib/git/run-git.ts';
import type { RenderInput } from '../../lib/postgres/app-configs/render-input.ts';
import { commitMessage } from './commit-message.ts';
import { outcomeWithoutTarget } from './outcome-without-target.ts';
import { type FileChange, type FilePlan, filesToRead, planFiles } from './plan-files.ts';
import { namesOf, wantedName } from './plan-objects.ts';
import type { RenderedItem, RenderResult, RenderTarget, RenderTask, TargetOutcome } from './render-target.ts';
import { type FileFormat, fileName, idInFile, nameOfFile, renderFile } from './rendered-file.ts';

export type GitTargetOptions = {
  readonly branch: GitBranch;
  readonly kind: AppConfigKind;
  readonly folder: string;
  readonly format: FileFormat;
  readonly author: { readonly name: string; readonly email: string };
  /** Subject of commits, see `commitMessage`. */
  readonly message: string;
  /** How long the first change of a commit waits for company. */
  readonly lingerMs: number;
  /** Changes that make a commit full. */
  readonly maxBatch: number;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly observe: (event: GitEvent) => void;
};

export type GitEvent =
  | {
      readonly kind: 'committed';
      readonly commit: string;
      readonly changes: number;
      readonly durationMs: number;
    }
  /** Somebody else pushed first, and the commit was built anew. */
  | { readonly kind: 'rebuilt' };

export type GitTarget = RenderTarget & {
  /** Looks at the remote; true where the branch has moved without us. */
  readonly refresh: () => Promise<boolean>;
};

/** Others keep pushing: after so many rebuilds it is for the next attempt. */
const maxRounds = 8;
const conflictBackoff = { baseMs: 100, capMs: 2_000 };

type Waiting = { readonly task: RenderTask; readonly done: PromiseWithResolvers<RenderResult> };

/**
 * Renders AppConfigs as files on a branch. Everything that waits while one push is under way goes into the next
 * commit. A commit is built on the tip that was fetched; where the remote has moved on, it is built anew on the new
 * tip from rows that are read anew, so there is nothing to merge, and nothing is ever forced.
 */
export function createGitTarget(options: GitTargetOptions): GitTarget {
  const { branch } = options;
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  // One writer at a time: commits, removals and fetches take turns.
  let turn: Promise<unknown> = Promise.resolve();
  let queued = false;
  // What is known of the remote; unknown at first and after every failure.
  let known: { readonly tip: string | undefined } | undefined;
  // Somebody else pushed: what of ours he changed shows only in a comparison.
  let isDisturbed = false;

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work, work);
    turn = result.catch(() => {
      // Told to whoever asked for it.
    });
    return result;
  };

  const fetchTip = async (): Promise<string | undefined> => {
    known = undefined;
    known = { tip: await branch.fetch() };
    return known.tip;
  };

  const listBlobs = async (tip: string | undefined): Promise<Map<string, string>> =>
    tip === undefined ? new Map() : branch.listFiles(tip, options.folder);

  /** Commits a plan that `build` makes for each tip it is given, until the remote takes it. */
  const commit = async (
    build: (blobs: Map<string, string>) => Promise<FilePlan>,
  ): Promise<{ readonly kind: 'done'; readonly commit: string; readonly plan: FilePlan } | Failure> => {
    const startedAtMs = options.now();
    for (let round = 0; round < maxRounds; round += 1) {
      const tip = known === undefined ? await fetchTip() : known.tip;
      const plan = await build(await listBlobs(tip));
      if (plan.files.size === 0) return { kind: 'done', commit: tip ?? '', plan };
      const pushed = await branch.push({
        parent: tip,
        files: new Map([...plan.files].map(([file, content]) => [`${options.folder}/${file}`, content])),
        message: commitMessage(plan.changes, options.message),
        author: options.author,
        at: new Date(options.now()),
      });
      switch (pushed.result.kind) {
        case 'pushed':
          known = { tip: pushed.commit };
          options.observe({
            kind: 'committed',
            commit: pushed.commit,
            changes: plan.changes.length,
            durationMs: options.now() - startedAtMs,
          });
          return { kind: 'done', commit: pushed.commit, plan };
        case 'refused':
          return { kind: 'failed', reason: 'PushRefused', message: pushed.result.message };
        case 'failed':
          known = undefined;
          return { kind: 'failed', reason: 'RemoteUnreachable', message: pushed.result.message };
        case 'moved':
          options.observe({ kind: 'rebuilt' });
          known = undefined;
          isDisturbed = true;
          await options.sleep(fullJitterMs(conflictBackoff, round + 1, options.random()));
      }
    }
    return { kind: 'failed', reason: 'Conflict', message: 'others keep pushing to the branch' };
  };

  const render = async (batch: readonly Waiting[]): Promise<void> => {
    const inputs: (RenderInput | undefined)[] = [];
    const committed = await commit(async (blobs) => {
      const read = await Promise.all(batch.map(({ task }) => task.readInput()));
      inputs.splice(0, inputs.length, ...read);
      const rendered = read.filter((input, index) => isRendered(input, batch[index]?.task));
      const ids = await readIds(branch, blobs, filesToRead(rendered, blobs, options.format));
      return planFiles(rendered, { blobs, ids }, { kind: options.kind, format: options.format, blobId });
    });
    for (const [index, { task, done }] of batch.entries()) {
      const input = inputs[index];
      done.resolve({ input, outcome: outcomeOf(input, task, committed) });
    }
  };

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (queued) return;
    queued = true;
    void inTurn(async () => {
      queued = false;
      const batch = waiting.slice(0, options.maxBatch);
      waiting = waiting.slice(batch.length);
      try {
        await render(batch);
      } catch (error) {
        known = undefined;
        for (const { done } of batch) {
          if (!(error instanceof GitError)) done.reject(error);
          else {
            const outcome = { kind: 'failed', reason: 'RemoteUnreachable', message: error.message } as const;
            done.resolve({ input: undefined, outcome });
          }
        }
      }
      if (waiting.length > 0) flush();
    });
  };

  return {
    kind: 'git',
    render: (task) => {
      const done = Promise.withResolvers<RenderResult>();
      waiting.push({ task, done });
      if (waiting.length >= options.maxBatch) flush();
      else timer ??= setTimeout(flush, options.lingerMs);
      return done.promise;
    },
    list: () =>
      inTurn(async () => {
        const blobs = await listBlobs(await fetchTip());
        const files = [...blobs.keys()].filter((file) => nameOfFile(file, options.format) !== undefined);
        const ids = await readIds(branch, blobs, files);
        return files.map((file) => itemOf(file, blobs.get(file) ?? '', ids.get(file), options));
      }),
    removeOrphans: (orphans) =>
      inTurn(async () => {
        const removed = await commit((blobs) => Promise.resolve(removalPlan(orphans, blobs, options.format)));
        if (removed.kind === 'failed') {
          throw new Error(`Cannot remove files: ${removed.message}, expected the push to be taken`);
        }
      }),
    refresh: () =>
      inTurn(async () => {
        const before = known;
        const tip = await branch.remoteTip();
        if (before !== undefined && before.tip !== tip) {
          isDisturbed = true;
          known = undefined;
        }
        const wasDisturbed = isDisturbed;
        isDisturbed = false;
        return wasDisturbed;
      }),
  };
}

type Failure = { readonly kind: 'failed'; readonly reason: string; readonly message: string };

function isRendered(input: RenderInput | undefined, task: RenderTask | undefined): input is RenderInput {
  return input !== undefined && outcomeWithoutTarget(input, task?.prune === true) === undefined;
}

function outcomeOf(
  input: RenderInput | undefined,
  task: RenderTask,
  committed: { readonly kind: 'done'; readonly commit: string; readonly plan: FilePlan } | Failure,
): TargetOutcome {
  const outcome = input === undefined ? undefined : outcomeWithoutTarget(input, task.prune);
  if (outcome !== undefined) return outcome;
  if (committed.kind === 'failed') return committed;
  if (input === undefined) return { kind: 'pruned', changed: false, goneNames: [] };
  const changed = committed.plan.changes.some((change: FileChange) => change.id === input.id);
  const name = wantedName(input);
  const goneNames = namesOf(input).filter((other) => other !== name);
  if (name === undefined) return { kind: 'pruned', changed, goneNames };
  return { kind: 'applied', revision: committed.commit, changed, goneNames };
}

/** Ids in the files; what cannot be read as one of ours has none. */
async function readIds(
  branch: GitBranch,
  blobs: ReadonlyMap<string, string>,
  files: readonly string[],
): Promise<Map<string, string | undefined>> {
  const wanted = files.map((file) => blobs.get(file)).filter((blob) => blob !== undefined);
  const contents = await branch.readBlobs([...new Set(wanted)]);
  return new Map(
    files.map((file) => {
      const content = contents.get(blobs.get(file) ?? '');
      return [file, content === undefined ? undefined : idInFile(content)];
    }),
  );
}

function itemOf(
  file: string,
  blob: string,
  id: string | undefined,
  options: Pick<GitTargetOptions, 'kind' | 'format'>,
): RenderedItem {
  return {
    name: nameOfFile(file, options.format) ?? file,
    id,
    version: blob,
    isAsWanted: (input) =>
      input.row !== undefined &&
      !input.row.deleted &&
      fileName(input.row.name, options.format) === file &&
      blobId(renderFile(input.id, input.row, options.kind, options.format)) === blob,
  };
}

/** Only files that still are what was listed. */
function removalPlan(
  orphans: readonly RenderedItem[],
  blobs: ReadonlyMap<string, string>,
  format: FileFormat,
): FilePlan {
  const unchanged = orphans.filter(({ name, version }) => blobs.get(fileName(name, format)) === version);
  return {
    files: new Map(unchanged.map(({ name }) => [fileName(name, format), 'deleted'])),
    changes: unchanged.map(({ name, id }) => ({ id: id ?? '', name, generation: 0, kind: 'delete' })),
  };
}
