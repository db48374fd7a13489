/**
 * What Go's JSON decoder says about a text that is no JSON, because kubectl shows it. Knows the two messages
 * that broken bodies give in practice: an early end, and a character that may not stand where it stands.
 */
export function describeJsonError(text: string): string {
  const scanner = new Scanner(text);
  const problem = scanner.value();
  if (problem !== undefined) return problem;
  scanner.skipSpace();
  if (scanner.atEnd) return unexpectedEnd;
  return scanner.unexpected('after top-level value');
}

const unexpectedEnd = 'unexpected end of JSON input';

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  skipSpace(): void {
    while (/[ \t\r\n]/.test(this.#peek())) this.#at += 1;
  }

  unexpected(where: string): string {
    if (this.atEnd) return unexpectedEnd;
    const character = this.#peek();
    const shown = character === "'" ? `'\\''` : `'${character}'`;
    return `invalid character ${shown} ${where}`;
  }

  value(): string | undefined {
    this.skipSpace();
    const first = this.#peek();
    if (first === '{') return this.#object();
    if (first === '[') return this.#array();
    if (first === '"') return this.#string();
    const literal = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/.exec(
      this.#text.slice(this.#at, this.#at + 64),
    );
    if (literal === null) return this.unexpected('looking for beginning of value');
    this.#at += literal[0].length;
    return undefined;
  }

  #object(): string | undefined {
    this.#at += 1;
    this.skipSpace();
    if (this.#take('}')) return undefined;
    for (;;) {
      this.skipSpace();
      if (this.#peek() !== '"') return this.unexpected('looking for beginning of object key string');
      const problem = this.#string() ?? this.#colon() ?? this.value();
      if (problem !== undefined) return problem;
      this.skipSpace();
      if (this.#take('}')) return undefined;
      if (!this.#take(',')) return this.unexpected('after object key:value pair');
    }
  }

  #colon(): string | undefined {
    this.skipSpace();
    return this.#take(':') ? undefined : this.unexpected('after object key');
  }

  #array(): string | undefined {
    this.#at += 1;
    this.skipSpace();
    if (this.#take(']')) return undefined;
    for (;;) {
      const problem = this.value();
      if (problem !== undefined) return problem;
      this.skipSpace();
      if (this.#take(']')) return undefined;
      if (!this.#take(',')) return this.unexpected('after array element');
    }
  }

  #string(): string | undefined {
    this.#at += 1;
    while (!this.atEnd) {
      const character = this.#peek();
      this.#at += character === '\\' ? 2 : 1;
      if (character === '"') return undefined;
    }
    return unexpectedEnd;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }
}
