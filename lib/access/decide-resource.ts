import type { AccessAttributes, AccessVerb } from '../core/access-attributes.ts';
import type { UserInfo } from '../core/user-info.ts';
import type { AccessControl, Decision } from './access-control.ts';

export type ResourceSubject = {
  readonly api_group: string;
  readonly resource: string;
  readonly namespace: string;
};

/**
 * Whether the user may list or watch what the object is among; asks what is not known.
 * @param name the one name that the user asked for, if so: a right to just that name then counts too
 */
export async function decideResource(
  access: AccessControl,
  user: UserInfo,
  question: {
    readonly verb: AccessVerb;
    readonly object: ResourceSubject;
    readonly name: string | undefined;
  },
): Promise<Decision> {
  let unknown = false;
  for (const attributes of resourceQuestions(question)) {
    const decision = await access.decide(user, attributes);
    if (decision === 'allowed') return 'allowed';
    unknown ||= decision === 'unknown';
  }
  return unknown ? 'unknown' : 'denied';
}

/** The same without waiting; `undefined` where something has to be asked first. */
export function decideResourceNow(
  access: AccessControl,
  user: UserInfo,
  question: {
    readonly verb: AccessVerb;
    readonly object: ResourceSubject;
    readonly name: string | undefined;
  },
): Decision | undefined {
  const decisions = resourceQuestions(question).map((attributes) => access.decideNow(user, attributes));
  if (decisions.includes('allowed')) return 'allowed';
  if (decisions.includes(undefined)) return undefined;
  return decisions.includes('unknown') ? 'unknown' : 'denied';
}

/** Widest first: its answer serves most other objects too. */
function resourceQuestions({
  verb,
  object,
  name,
}: {
  readonly verb: AccessVerb;
  readonly object: ResourceSubject;
  readonly name: string | undefined;
}): AccessAttributes[] {
  const { api_group: group, resource, namespace } = object;
  const questions = [{ verb, group, resource, namespace: '', name: '' }];
  if (namespace !== '') questions.push({ verb, group, resource, namespace, name: '' });
  if (name !== undefined) questions.push({ verb, group, resource, namespace, name });
  return questions;
}
