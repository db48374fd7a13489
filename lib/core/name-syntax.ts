/**
 * Syntax of Kubernetes names and labels. Every check returns what is wrong, in the words of the API server
 * (clients and people look for them), or nothing. Lengths are in bytes, as the server counts.
 */

const label1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain1123 = `${label1123}(\\.${label1123})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const optionallyQualified = `(${qualified})?`;

const subdomain1123Exactly = whole(subdomain1123);
const label1123Exactly = whole(label1123);
const label1035Exactly = whole(label1035);
const qualifiedExactly = whole(qualified);
const optionallyQualifiedExactly = whole(optionallyQualified);

const qualifiedWords =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const qualifiedProblem = mismatch(qualifiedWords, qualified, ['MyName', 'my.name', '123-abc']);

/** Problems of a DNS-1123 subdomain such as `example.com`: most object names, label key prefixes. */
export function subdomainProblems(value: string): string[] {
  const problems = tooLong(value, 253);
  if (!subdomain1123Exactly.test(value)) {
    problems.push(
      mismatch(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
        subdomain1123,
        ['example.com'],
      ),
    );
  }
  return problems;
}

/** Problems of a DNS-1123 label such as `my-name`: namespaces, container names. */
export function dnsLabelProblems(value: string): string[] {
  const problems = tooLong(value, 63);
  if (label1123Exactly.test(value)) return problems;
  problems.push(
    subdomain1123Exactly.test(value)
      ? 'must not contain dots'
      : mismatch(
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
          label1123,
          ['my-name', '123-abc'],
        ),
  );
  return problems;
}

/** Problems of a DNS-1035 label, which starts with a letter: service names, CRD plurals and kinds. */
export function dns1035LabelProblems(value: string): string[] {
  const problems = tooLong(value, 63);
  if (!label1035Exactly.test(value)) {
    problems.push(
      mismatch(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
        label1035,
        ['my-name', 'abc-123'],
      ),
    );
  }
  return problems;
}

/** Problems of a label or annotation key, or of a finalizer: a name with an optional `example.com/` before. */
export function labelKeyProblems(key: string): string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [
      `a valid label key ${qualifiedProblem} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts.at(-1) ?? '';
  const problems: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    const prefixProblems = prefix === '' ? ['must be non-empty'] : subdomainProblems(prefix);
    problems.push(...prefixProblems.map((problem) => `prefix part ${problem}`));
  }
  if (name === '') problems.push('name part must be non-empty');
  problems.push(...tooLong(name, 63).map((problem) => `name part ${problem}`));
  if (!qualifiedExactly.test(name)) problems.push(`name part ${qualifiedProblem}`);
  return problems;
}

/** Problems of a label value, which may be empty. */
export function labelValueProblems(value: string): string[] {
  const problems = tooLong(value, 63);
  if (!optionallyQualifiedExactly.test(value)) {
    problems.push(
      mismatch(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        optionallyQualified,
        ['MyValue', 'my_value', '12345'],
      ),
    );
  }
  return problems;
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

function mismatch(words: string, pattern: string, examples: readonly string[]): string {
  const quoted = examples.map((example) => `'${example}', `).join(' or ');
  return `${words} (e.g. ${quoted}regex used for validation is '${pattern}')`;
}

function tooLong(value: string, maxBytes: number): string[] {
  return Buffer.byteLength(value) > maxBytes ? [`must be no more than ${maxBytes} bytes`] : [];
}
