import type { KubernetesAnswer } from '../core/kubernetes-request.ts';

/** What the API server says when it does not give what was asked for. */
export type ApiSignal =
  /** The version or continue token is too old: list again. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number | undefined }
  /** This server has not seen our version yet (504, cause ResourceVersionTooLarge). */
  | { readonly kind: 'behind'; readonly retryAfterMs: number }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'absent' }
  /** Another 4xx: the same request will be refused again. */
  | { readonly kind: 'rejected'; readonly code: number; readonly message: string }
  | { readonly kind: 'failed'; readonly code: number; readonly message: string };

/** Reads an HTTP answer that is not 200. */
export function signalOfAnswer(answer: KubernetesAnswer): ApiSignal {
  const status = isRecord(answer.body) ? answer.body : {};
  return classify(answer.status, status, retryAfterMs(answer.headers['retry-after']));
}

/** Reads the `Status` object of an ERROR event: a watch that has begun can only report so. */
export function signalOfStatus(status: unknown): ApiSignal {
  const record = isRecord(status) ? status : {};
  const code = typeof record['code'] === 'number' ? record['code'] : 500;
  return classify(code, record, undefined);
}

function classify(
  code: number,
  status: Readonly<Record<string, unknown>>,
  headerRetryAfterMs: number | undefined,
): ApiSignal {
  const details = isRecord(status['details']) ? status['details'] : {};
  const seconds = details['retryAfterSeconds'];
  const retryAfter =
    headerRetryAfterMs ?? (typeof seconds === 'number' && seconds > 0 ? seconds * 1_000 : undefined);
  const { reason } = status;
  const message = typeof status['message'] === 'string' ? status['message'].slice(0, 300) : `status ${code}`;

  if (code === 410 || reason === 'Expired' || reason === 'Gone') return { kind: 'expired' };
  if (hasCause(details, 'ResourceVersionTooLarge')) {
    return { kind: 'behind', retryAfterMs: retryAfter ?? 1_000 };
  }
  if (code === 429 || code === 503) return { kind: 'throttled', retryAfterMs: retryAfter };
  if (code === 401) return { kind: 'unauthorized' };
  if (code === 403) return { kind: 'forbidden', message };
  if (code === 404) return { kind: 'absent' };
  if (code >= 400 && code < 500) return { kind: 'rejected', code, message };
  return { kind: 'failed', code, message };
}

function hasCause(details: Readonly<Record<string, unknown>>, reason: string): boolean {
  const { causes } = details;
  return Array.isArray(causes) && causes.some((cause) => isRecord(cause) && cause['reason'] === reason);
}

/** The API server sends whole seconds only. */
function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header.trim()) ? Number(header) * 1_000 : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
