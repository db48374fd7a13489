import { withServedOnly } from './compare-discovery.ts';
import { compareValues, type Difference, difference } from './compare-values.ts';
import type { Step } from './recording.ts';
import type { Observed } from './replay-step.ts';

/** Everything in which an answer differs from the recorded one; empty where they agree. */
export function compareStep(step: Step, observed: Observed): readonly Difference[] {
  const { response } = step;
  if (response.status !== observed.status) {
    return [difference('status', response.status, `${observed.status} ${observed.text.slice(0, 200)}`)];
  }
  return [
    ...(response.contentType === undefined
      ? []
      : compareValues(response.contentType, observed.contentType, 'contentType')),
    ...compareHeaders(response.headers ?? {}, observed),
    ...compareBody(step, observed),
  ];
}

function compareHeaders(
  recorded: Readonly<Record<string, string>>,
  observed: Observed,
): readonly Difference[] {
  return Object.entries(recorded).flatMap(([name, value]) =>
    compareValues(value, String(observed.headers[name.toLowerCase()] ?? ''), `headers.${name}`),
  );
}

function compareBody(step: Step, observed: Observed): readonly Difference[] {
  const { body, text, lines, ended } = step.response;
  if (lines !== undefined) {
    const seen = observed.text.split('\n').filter((line) => line !== '');
    return [
      ...compareValues(lines, seen.map(parsed), 'lines'),
      ...(ended === true && !observed.ended ? [difference('ended', true, false)] : []),
    ];
  }
  if (text !== undefined) return compareValues(normalized(text), normalized(observed.text), 'text');
  if (body === undefined) return [];
  const value = parsed(observed.text);
  return step.group === 'discovery'
    ? compareValues(withServedOnly(body, value), value, 'body')
    : compareValues(body, value, 'body');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return text;
  }
}

/** Plain text was recorded with the values of that run. */
function normalized(text: string): string {
  return text
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(uid)')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '(time)')
    .replace(/resourceVersion: "\d+"/g, 'resourceVersion: "(rv)"');
}
