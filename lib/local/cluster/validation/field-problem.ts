/** One problem of a field as the API server reports it: a cause of its 422 answers. */
export type FieldProblem = {
  readonly type:
    | 'FieldValueInvalid'
    | 'FieldValueRequired'
    | 'FieldValueForbidden'
    | 'FieldValueDuplicate'
    | 'FieldValueNotSupported'
    | 'FieldValueTypeInvalid'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueNotFound';
  /** Such as `spec.containers[0].name`. */
  readonly field: string;
  /** What follows the field in messages, such as `Invalid value: 0: must be at least 1`. */
  readonly message: string;
};

/** A value that breaks a rule; the value is part of the message. */
export function invalid(field: string, value: unknown, detail: string): FieldProblem {
  return { type: 'FieldValueInvalid', field, message: withDetail(`Invalid value: ${print(value)}`, detail) };
}

export function typeInvalid(field: string, value: unknown, detail: string): FieldProblem {
  return { ...invalid(field, value, detail), type: 'FieldValueTypeInvalid' };
}

export function required(field: string, detail = ''): FieldProblem {
  return { type: 'FieldValueRequired', field, message: withDetail('Required value', detail) };
}

export function forbidden(field: string, detail: string): FieldProblem {
  return { type: 'FieldValueForbidden', field, message: withDetail('Forbidden', detail) };
}

export function duplicate(field: string, value: unknown): FieldProblem {
  return { type: 'FieldValueDuplicate', field, message: `Duplicate value: ${print(value)}` };
}

export function notFound(field: string, value: unknown): FieldProblem {
  return { type: 'FieldValueNotFound', field, message: `Not found: ${print(value)}` };
}

/** `supported` in the order in which the server lists them. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldProblem {
  const detail = `supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`;
  return {
    type: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${print(value)}: ${detail}`,
  };
}

export function tooLong(field: string, maxBytes: number): FieldProblem {
  return {
    type: 'FieldValueTooLong',
    field,
    message: `Too long: may not be more than ${maxBytes} byte${maxBytes === 1 ? '' : 's'}`,
  };
}

export function tooMany(field: string, count: number, maxItems: number): FieldProblem {
  return {
    type: 'FieldValueTooMany',
    field,
    message: `Too many: ${count}: must have at most ${maxItems} item${maxItems === 1 ? '' : 's'}`,
  };
}

function withDetail(text: string, detail: string): string {
  return detail === '' ? text : `${text}: ${detail}`;
}

/** Values go into messages as JSON; those that were decoded have their keys in the server's order. */
function print(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}
