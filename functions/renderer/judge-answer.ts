import type { KubernetesAnswer } from '../../lib/core/kubernetes-request.ts';

/** What an answer of the API server to a write means for the renderer. */
export type Judgement =
  | { readonly kind: 'done' }
  | { readonly kind: 'not-found' }
  /** Somebody else wrote meanwhile: look again. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly message: string;
      readonly retryAfterMs?: number;
    };

const maxMessageLength = 1_000;

/**
 * 400, 413 and 422 say that this content will never do: the row has to change. 403 may be an admission policy as
 * well as missing rights, both of which somebody can change, so it is tried again, slowly.
 */
export function judgeAnswer(answer: KubernetesAnswer): Judgement {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'done' };
  const { reason, message } = statusOf(answer);
  switch (status) {
    case 404:
      return { kind: 'not-found' };
    case 409:
      return { kind: 'conflict' };
    case 400:
    case 413:
    case 422:
      return { kind: 'refused', reason, message };
    default: {
      const seconds = Number(answer.headers['retry-after']);
      return {
        kind: 'failed',
        reason,
        message,
        ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1_000 } : {}),
      };
    }
  }
}

/** Reason and message of a `Status` body, or the code where there is none. */
export function statusOf(answer: KubernetesAnswer): { reason: string; message: string } {
  const body = typeof answer.body === 'object' && answer.body !== null ? answer.body : {};
  const reason: unknown = Reflect.get(body, 'reason');
  const message: unknown = Reflect.get(body, 'message');
  return {
    reason: typeof reason === 'string' && reason !== '' ? reason : `Status${answer.status}`,
    message:
      typeof message === 'string' && message !== ''
        ? message.slice(0, maxMessageLength)
        : `the API server answered ${answer.status}`,
  };
}
