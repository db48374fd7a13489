import type { Dispatcher } from 'undici';
import { parseExactJson } from '../core/exact-json.ts';
import type { KubernetesAnswer } from '../core/kubernetes-request.ts';

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
  const text = bytes.toString();
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(headers['content-type'] ?? '');
  return {
    status: response.statusCode,
    headers,
    body: isJson && text !== '' ? parse(text) : text,
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

function parse(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch (cause) {
    throw new Error(`Cannot read the answer: ${text.length} characters that are not JSON`, { cause });
  }
}
