import type { KubernetesStream } from '../core/kubernetes-stream.ts';
import { type ApiServer, callApiServer } from './api-server.ts';
import { parseLines } from './parse-lines.ts';
import { readAnswer } from './read-answer.ts';

/** `KubernetesStream` over a connection of its own for each stream. */
export function createStream(server: ApiServer): KubernetesStream {
  return async ({ path, headers = {}, signal }) => {
    const response = await callApiServer(server, { purpose: 'watch', method: 'GET', path, headers, signal });
    if (response.statusCode !== 200) return { kind: 'refused', answer: await readAnswer(response) };
    return { kind: 'streaming', lines: parseLines(response.body) };
  };
}
