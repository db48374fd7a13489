import type { Definition } from '../registry/definition.ts';
import type { StoredObject } from '../store/stored-object.ts';

/** What a handler wants answered; how it is written is negotiated afterwards. */
export type Answer =
  | {
      readonly kind: 'stored';
      readonly code: 200 | 201 | 202;
      readonly definition: Definition;
      readonly stored: StoredObject;
    }
  /** An object that is not (or not yet) stored: dry runs, reviews, scales. */
  | {
      readonly kind: 'object';
      readonly code: number;
      readonly object: Readonly<Record<string, unknown>>;
      /** Set where the object is one of this resource, so that it can be shown as a table. */
      readonly definition?: Definition;
    }
  | {
      readonly kind: 'list';
      readonly definition: Definition;
      readonly items: readonly StoredObject[];
      readonly metadata: ListMetadata;
    }
  | { readonly kind: 'text'; readonly code: number; readonly text: string }
  /** The handler has taken the response itself. */
  | { readonly kind: 'taken' };

export type ListMetadata = {
  readonly resourceVersion: string;
  /** Lists of custom resources have it always, empty where nothing is left. */
  readonly continue?: string;
  readonly remainingItemCount?: number;
};
