import type { FieldProblem } from '../validation/field-problem.ts';

/** One field's problem, in the server's own terms. */
export type StatusCause = { readonly reason: string; readonly message: string; readonly field?: string };

export type StatusDetails = {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: readonly StatusCause[];
  retryAfterSeconds?: number;
};

/** `kind: Status` as the API server answers and as watches carry it in ERROR events. */
export type Status = {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string };
  readonly status: 'Failure' | 'Success';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
};

/** A refusal that goes to the client as it is; any other error is a defect of the double. */
export class StatusError extends Error {
  override name = 'StatusError';
  readonly status: Status;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: {
    readonly code: number;
    readonly message: string;
    readonly reason?: string;
    readonly details?: StatusDetails;
    readonly continue?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }) {
    super(status.message);
    this.code = status.code;
    this.headers = status.headers ?? {};
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: status.continue === undefined ? {} : { continue: status.continue },
      status: 'Failure',
      message: status.message,
      ...(status.reason === undefined ? {} : { reason: status.reason }),
      ...(status.details === undefined ? {} : { details: status.details }),
      code: status.code,
    };
  }
}

/** Where a refused object belongs: its API group and plural resource. */
export type GroupResource = { readonly group: string; readonly resource: string };

export type GroupKind = { readonly group: string; readonly kind: string };

/** `deployments.apps`, or `pods` in the core group. */
export function qualifiedResource({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function resourceDetails(resource: GroupResource, name: string): StatusDetails {
  return {
    ...(name === '' ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.resource,
  };
}

export function notFound(resource: GroupResource, name: string): StatusError {
  return new StatusError({
    code: 404,
    reason: 'NotFound',
    message: `${qualifiedResource(resource)} "${name}" not found`,
    details: resourceDetails(resource, name),
  });
}

export function alreadyExists(resource: GroupResource, name: string): StatusError {
  return new StatusError({
    code: 409,
    reason: 'AlreadyExists',
    message: `${qualifiedResource(resource)} "${name}" already exists`,
    details: resourceDetails(resource, name),
  });
}

export function conflict(resource: GroupResource, name: string, why: string): StatusError {
  return new StatusError({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualifiedResource(resource)} "${name}": ${why}`,
    details: resourceDetails(resource, name),
  });
}

/** The optimistic lock did not hold. */
export function modified(resource: GroupResource, name: string): StatusError {
  return conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

export function forbidden(
  resource: GroupResource,
  name: string,
  why: string,
  causes?: readonly StatusCause[],
): StatusError {
  const subject =
    name === '' ? qualifiedResource(resource) : `${qualifiedResource(resource)} ${JSON.stringify(name)}`;
  return new StatusError({
    code: 403,
    reason: 'Forbidden',
    message: `${subject} is forbidden: ${why}`,
    details: { ...resourceDetails(resource, name), ...(causes === undefined ? {} : { causes }) },
  });
}

export function badRequest(message: string): StatusError {
  return new StatusError({ code: 400, reason: 'BadRequest', message });
}

export function unauthorized(): StatusError {
  return new StatusError({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
}

export function methodNotAllowed(): StatusError {
  return new StatusError({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  });
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  return new StatusError({
    code: 415,
    reason: 'UnsupportedMediaType',
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  });
}

export function notAcceptable(accepted: readonly string[]): StatusError {
  return new StatusError({
    code: 406,
    reason: 'NotAcceptable',
    message: `only the following media types are accepted: ${accepted.join(', ')}`,
  });
}

/** An error without a kind of its own, which the server answers as a bare 500. */
export function plainError(message: string): StatusError {
  return new StatusError({ code: 500, message });
}

export function expired(message: string, continueToken?: string): StatusError {
  return new StatusError({
    code: 410,
    reason: 'Expired',
    message,
    ...(continueToken === undefined ? {} : { continue: continueToken }),
  });
}

/** 422 for an object that breaks the rules of its kind; several problems are joined as the server joins them. */
export function invalid(kind: GroupKind, name: string, problems: readonly FieldProblem[]): StatusError {
  const texts = [...new Set(problems.map((problem) => `${problem.field}: ${problem.message}`))];
  const all = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const qualified = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  return new StatusError({
    code: 422,
    reason: 'Invalid',
    message: `${qualified} "${name}" is invalid: ${all}`,
    details: {
      ...(name === '' ? {} : { name }),
      ...(kind.group === '' ? {} : { group: kind.group }),
      ...(kind.kind === '' ? {} : { kind: kind.kind }),
      causes: problems.map((problem) => ({
        reason: problem.type,
        message: problem.message,
        field: problem.field,
      })),
    },
  });
}
