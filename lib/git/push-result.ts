/** How the remote took a push. */
export type PushResult =
  | { readonly kind: 'pushed' }
  /** The branch has moved on: fetch and build anew. */
  | { readonly kind: 'moved' }
  /** The remote will not have it: a hook, a protected branch, missing rights. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The remote was not reached, or not in time; whether it took the push shows at the next fetch. */
  | { readonly kind: 'failed'; readonly message: string };

/** Reads what `git push --porcelain` printed. */
export function pushResult(answer: {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}): PushResult {
  const rejected = answer.stdout.split('\n').find((line) => line.startsWith('!'));
  if (rejected === undefined) {
    if (answer.code === 0) return { kind: 'pushed' };
    return { kind: 'failed', message: lastLine(answer.stderr) };
  }
  // `! <from>:<to>\t[rejected] (fetch first)`
  const summary = rejected.split('\t').at(-1) ?? rejected;
  // The last two: another push won the race for the lock of the very same branch.
  if (
    /fetch first|non-fast-forward|stale info|cannot lock ref|failed to update ref|incorrect old value/.test(
      summary,
    )
  ) {
    return { kind: 'moved' };
  }
  return { kind: 'refused', message: summary };
}

/** The line that says why, as far as git has one. */
export function lastLine(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return (
    lines.findLast((line) => /^(?:fatal|error|remote):/.test(line)) ?? lines.at(-1) ?? 'git said nothing'
  );
}
