import type { Dispatcher } from 'undici';
import type { KubernetesAnswer } from '../core/kubernetes-request.ts';
import { parseApiJson } from './parse-api-json.ts';

/** V8 strings end at 512 MiB; nobody asks for pages near this. */
const maxAnswerBytes = 256 * 1024 * 1024;

/**
 * The whole answer, JSON parsed exactly.
 * @throws where it breaks off, is longer than 256 MiB, or calls itself JSON and is not
 */
export async function readAnswer(response: Dispatcher.ResponseData): Promise<KubernetesAnswer> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  const bytes = await readBytes(response.body);
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(headers['content-type'] ?? '');
  return {
    status: response.statusCode,
    headers,
    body: isJson && bytes.length > 0 ? parse(bytes) : bytes.toString(),
    bodyBytes: bytes.length,
  };
}

async function readBytes(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxAnswerBytes) {
      throw new Error(`Cannot read the answer: more than ${maxAnswerBytes} bytes, expected less`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function parse(bytes: Buffer): unknown {
  try {
    return parseApiJson(bytes);
  } catch (cause) {
    throw new Error(`Cannot read the answer: ${bytes.length} bytes that are not JSON`, { cause });
  }
}
