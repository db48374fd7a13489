/** Unchanged lines shown around a change. */
const contextLines = 3;

type Line = { readonly mark: ' ' | '-' | '+'; readonly text: string };

/** The first change between two texts of lines as a unified diff; all changes where they are close together. */
export function lineDifference(before: readonly string[], after: readonly string[]): string {
  const lines = alignLines(before, after);
  let output = '';
  let index = 0;
  let [beforeAt, afterAt] = [0, 0];
  const starts = lines.map((line) => {
    const start = [beforeAt, afterAt] as const;
    if (line.mark !== '+') beforeAt += 1;
    if (line.mark !== '-') afterAt += 1;
    return start;
  });
  while (index < lines.length) {
    if (lines[index]?.mark === ' ') {
      index += 1;
      continue;
    }
    const from = Math.max(0, index - contextLines);
    const to = hunkEnd(lines, index);
    const hunk = lines.slice(from, to);
    const [oldStart, newStart] = starts[from] ?? [0, 0];
    const oldCount = hunk.filter((line) => line.mark !== '+').length;
    const newCount = hunk.filter((line) => line.mark !== '-').length;
    output += `@@ -${oldStart + 1},${oldCount} +${newStart + 1},${newCount} @@\n`;
    output += hunk.map((line) => `${line.mark}${line.text}\n`).join('');
    index = to;
  }
  return output;
}

function hunkEnd(lines: readonly Line[], start: number): number {
  let last = start;
  for (let index = start; index < lines.length && index - last <= contextLines * 2; index += 1) {
    if (lines[index]?.mark !== ' ') last = index;
  }
  return Math.min(lines.length, last + 1 + contextLines);
}

/** Longest common subsequence; texts here have a few hundred lines. */
function alignLines(before: readonly string[], after: readonly string[]): readonly Line[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    const row = lengths[i];
    for (let j = after.length - 1; row !== undefined && j >= 0; j -= 1) {
      row[j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ mark: ' ', text: before[i] ?? '' });
      i += 1;
      j += 1;
    } else if (i < before.length && (j >= after.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ mark: '-', text: before[i] ?? '' });
      i += 1;
    } else {
      lines.push({ mark: '+', text: after[j] ?? '' });
      j += 1;
    }
  }
  return lines;
}
