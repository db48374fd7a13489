import type { Definition } from './definition.ts';

/** All resources that are served now: built-in ones always, custom ones as their definitions come and go. */
export class Registry {
  readonly #builtIn: readonly Definition[];
  readonly #custom = new Map<string, readonly Definition[]>();
  #byPath: Map<string, Definition>;
  #generation = 0;

  constructor(builtIn: readonly Definition[]) {
    this.#builtIn = builtIn;
    this.#byPath = new Map(builtIn.map((definition) => [pathOf(definition), definition]));
  }

  /** Changes whenever discovery does. */
  get generation(): number {
    return this.#generation;
  }

  find(group: string, version: string, resource: string): Definition | undefined {
    return this.#byPath.get(`${group}/${version}/${resource}`);
  }

  /** In the order of discovery: built-in groups by priority, custom ones by name. */
  all(): readonly Definition[] {
    return [...this.#byPath.values()];
  }

  /** Definitions of one custom resource's served versions; an empty list takes it away. */
  setCustom(crdName: string, definitions: readonly Definition[]): void {
    if (definitions.length === 0) this.#custom.delete(crdName);
    else this.#custom.set(crdName, definitions);
    const custom = [...this.#custom.values()].flat().sort(byGroupAndResource);
    this.#byPath = new Map(
      [...this.#builtIn, ...custom].map((definition) => [pathOf(definition), definition]),
    );
    this.#generation += 1;
  }
}

function pathOf(definition: Definition): string {
  return `${definition.group}/${definition.version}/${definition.resource}`;
}

function byGroupAndResource(a: Definition, b: Definition): number {
  return compare(a.group, b.group) || compare(a.resource, b.resource);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
