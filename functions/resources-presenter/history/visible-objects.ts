import type { AccessControl, Decision } from '../../../lib/access/access-control.ts';
import { decideResource, type ResourceSubject } from '../../../lib/access/decide-resource.ts';
import type { AccessAttributes } from '../../../lib/core/access-attributes.ts';
import type { MirroredObject } from '../../../lib/core/mirrored-object.ts';
import type { UserInfo } from '../../../lib/core/user-info.ts';

/** Questions about single objects that one request may cost an API server: a review each, where nothing evaluates. */
const maxQuestions = 500;

export type VisibleObjects =
  | {
      readonly kind: 'visible';
      readonly objects: readonly MirroredObject[];
      /** False where objects were left out because too much would have to be asked. */
      readonly isWhole: boolean;
    }
  | { readonly kind: 'rights-unknown' };

/**
 * Which objects of one cluster the caller may get. Asks about whole kinds and namespaces first, whose answers serve
 * all objects in them, and about single ones (`resourceNames`) only where that is not enough.
 */
export function createVisibleObjects(
  access: AccessControl,
  user: UserInfo,
): (objects: readonly MirroredObject[]) => Promise<VisibleObjects> {
  let questionsLeft = maxQuestions;

  const decideOne = async (object: MirroredObject): Promise<Decision | 'not asked'> => {
    const attributes: AccessAttributes = { verb: 'get', ...placeOf(object), name: object.name };
    const known = access.decideNow(user, attributes);
    if (known !== undefined) return known;
    if (questionsLeft === 0) return 'not asked';
    questionsLeft -= 1;
    return access.decide(user, attributes);
  };

  return async (objects) => {
    const places = new Map(objects.map((object) => [placeKey(object), subjectOf(object)]));
    const wide = new Map(
      await Promise.all(
        [...places].map(
          async ([key, subject]) =>
            [
              key,
              await decideResource(access, user, { verb: 'get', object: subject, name: undefined }),
            ] as const,
        ),
      ),
    );
    const decisions = await Promise.all(
      objects.map(async (object) => {
        const decision = wide.get(placeKey(object));
        return decision === 'denied' ? decideOne(object) : decision;
      }),
    );
    if (decisions.includes('unknown')) return { kind: 'rights-unknown' };
    return {
      kind: 'visible',
      objects: objects.filter((_, index) => decisions[index] === 'allowed'),
      isWhole: !decisions.includes('not asked'),
    };
  };
}

function placeOf(object: MirroredObject): Pick<AccessAttributes, 'group' | 'resource' | 'namespace'> {
  const { api_group: group, resource, namespace, name } = object;
  // Requests for one Namespace carry its own name as their namespace, so that a Role in it can allow them.
  return { group, resource, namespace: group === '' && resource === 'namespaces' ? name : namespace };
}

function subjectOf(object: MirroredObject): ResourceSubject {
  const { group, resource, namespace } = placeOf(object);
  return { api_group: group, resource, namespace };
}

function placeKey(object: MirroredObject): string {
  return JSON.stringify(placeOf(object));
}
