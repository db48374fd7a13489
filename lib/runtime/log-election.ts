import type { Log } from './log.ts';

/** What happens in a leader election; `lib/kubernetes` has the type. */
export type ElectionNews =
  | { readonly kind: 'elected' | 'resigned' }
  | { readonly kind: 'deposed'; readonly by: string }
  | { readonly kind: 'trouble'; readonly error: unknown };

export function logElection(log: Log, event: ElectionNews): void {
  switch (event.kind) {
    case 'trouble':
      log.warn({ err: event.error }, 'Cannot reach the lease');
      return;
    case 'deposed':
      log.warn({ by: event.by }, 'another replica leads now');
      return;
    case 'elected':
    case 'resigned':
      log.info({ election: event.kind }, 'leader election');
      return;
  }
}
