const quote = 0x22;
const backslash = 0x5c;

/**
 * Whether values lie deeper in a JSON text than so many levels. `JSON.parse` takes any depth; `JSON.stringify`, a
 * reviver and every recursion overflow the stack at some 2,000 levels, and PostgreSQL stores more than 10,000.
 */
export function isDeeperThan(maxDepth: number, json: string): boolean {
  let depth = 0;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (code === quote) index = endOfString(json, index);
    // 0x5b is "[", 0x7b is "{"; their ends come two places later in ASCII.
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return false;
}

/** Place of the quote that ends the string which starts at `start`; the text's end where none does. */
function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end === -1 ? json.length : end;
}

function isEscaped(json: string, place: number): boolean {
  let before = place - 1;
  while (json.charCodeAt(before) === backslash) before -= 1;
  return (place - before) % 2 === 0;
}
