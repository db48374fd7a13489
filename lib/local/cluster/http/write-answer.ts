import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import { apiVersionOf } from '../../../core/resource-kind.ts';
import { presentMetadata } from '../present/present-metadata.ts';
import { presentBytes, presentItemBytes, presentObject } from '../present/present-object.ts';
import { presentTable } from '../present/present-table.ts';
import type { Answer, ListMetadata } from './answer.ts';
import type { Call } from './call.ts';
import { type Negotiated, negotiate } from './negotiate.ts';
import { toServerYaml } from './server-yaml.ts';
import { warningHeaders } from './warning-headers.ts';

/** Answers above this are compressed for clients that take it. */
const gzipAboveBytes = 128 * 1_024;
const compress = promisify(gzip);

/** Writes what a handler wants answered in the form that the client accepts. */
export async function writeAnswer(call: Call, answer: Answer, now: () => Date): Promise<void> {
  if (answer.kind === 'taken') return;
  if (answer.kind === 'text') {
    await send(call, answer.code, 'text/plain; charset=utf-8', Buffer.from(answer.text));
    return;
  }
  const { accept } = call.request.headers;
  const negotiated = negotiate(accept, transformableOf(answer));
  const options = {
    now,
    includeObject: call.info.query.get('includeObject') ?? '',
    metaVersion: negotiated.metaVersion,
  };
  const code = answer.kind === 'list' ? 200 : answer.code;
  if (negotiated.encoding === 'json' && negotiated.as === 'object') {
    await send(call, code, 'application/json', jsonOf(answer));
    return;
  }
  const value = transformed(answer, negotiated, options);
  if (negotiated.encoding === 'yaml') {
    await send(call, code, 'application/yaml', Buffer.from(toServerYaml(value)));
  } else {
    await send(call, code, 'application/json', Buffer.from(JSON.stringify(value)));
  }
}

type Shown = Exclude<Answer, { kind: 'taken' | 'text' }>;

function transformableOf(answer: Shown): 'one' | 'list' | 'none' {
  if (answer.kind === 'list') return 'list';
  return answer.definition === undefined ? 'none' : 'one';
}

/** The plain answer; lists are put together from the stored bytes without parsing anything. */
function jsonOf(answer: Shown): Buffer {
  switch (answer.kind) {
    case 'stored':
      return presentBytes(answer.definition, answer.stored);
    case 'object':
      return Buffer.from(JSON.stringify(answer.object));
    case 'list': {
      const head = { kind: answer.definition.listKind, apiVersion: apiVersionOf(answer.definition) };
      const opening = JSON.stringify({ ...head, metadata: answer.metadata });
      const parts: Buffer[] = [Buffer.from(`${opening.slice(0, -1)},"items":[`)];
      answer.items.forEach((stored, index) => {
        if (index > 0) parts.push(comma);
        parts.push(...presentItemBytes(answer.definition, stored));
      });
      parts.push(listEnd);
      return Buffer.concat(parts);
    }
  }
}

const comma = Buffer.from(',');
const listEnd = Buffer.from(']}');

function transformed(
  answer: Shown,
  negotiated: Negotiated,
  options: Parameters<typeof presentTable>[2],
): unknown {
  if (answer.kind === 'list') return transformedList(answer, negotiated, options);
  if (answer.kind === 'object') return answer.object;
  if (negotiated.as === 'object') return presentObject(answer.definition, answer.stored);
  if (negotiated.as === 'table') return presentTable(answer.definition, [answer.stored], options);
  return presentMetadata(presentObject(answer.definition, answer.stored), negotiated.metaVersion);
}

function transformedList(
  answer: Extract<Answer, { kind: 'list' }>,
  negotiated: Negotiated,
  options: Parameters<typeof presentTable>[2],
): unknown {
  const { definition, items, metadata } = answer;
  switch (negotiated.as) {
    case 'table':
      return { ...presentTable(definition, items, options), metadata: typedMetadata(metadata) };
    case 'metadata':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: `meta.k8s.io/${negotiated.metaVersion}`,
        metadata: typedMetadata(metadata),
        items: items.map((stored) =>
          presentMetadata(presentObject(definition, stored), negotiated.metaVersion),
        ),
      };
    case 'object':
      return JSON.parse(jsonOf(answer).toString());
  }
}

/** Metadata of lists that have a type of their own, which leaves out what is empty. */
function typedMetadata({ continue: token, ...metadata }: ListMetadata): ListMetadata {
  return token === undefined || token === '' ? metadata : { ...metadata, continue: token };
}

/** Sends a whole body; compressed where it is large and the client takes gzip. */
export async function send(
  call: Pick<Call, 'request' | 'response' | 'warnings'>,
  code: number,
  contentType: string,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { request, response, warnings } = call;
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const zip = body.length > gzipAboveBytes && /\bgzip\b/.test(accepted);
  const payload = zip ? await compress(body, { level: 1 }) : body;
  if (response.destroyed) return;
  response.setHeader('cache-control', 'no-cache, private');
  response.setHeader('content-type', contentType);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (warnings.length > 0) {
    response.setHeader('warning', warningHeaders(warnings));
  }
  if (zip) {
    response.setHeader('content-encoding', 'gzip');
    response.setHeader('vary', 'Accept-Encoding');
  }
  response.setHeader('content-length', payload.length);
  response.writeHead(code);
  response.end(request.method === 'HEAD' ? undefined : payload);
}
