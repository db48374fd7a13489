import type { Socket } from 'node:net';
import { statusResponse } from './status-response.ts';

/**
 * Answers what Node's parser refuses before there is a request, such as an address of 20 kB: as Status, where Node alone
 * says a code without a word. Then the connection ends, because nobody knows where the next request would begin.
 * @param isAnswering whether an answer has begun on the socket; two would mix
 */
export async function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  isAnswering: boolean,
): Promise<void> {
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) {
    socket.destroy();
    return;
  }
  const [line, response] = answerTo(error.code);
  const text = await response.text();
  const head = [
    `HTTP/1.1 ${response.status} ${line}`,
    'connection: close',
    `content-type: ${response.headers.get('content-type')}`,
    `content-length: ${Buffer.byteLength(text)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}

function answerTo(code: string | undefined): [line: string, response: Response] {
  if (code === 'HPE_HEADER_OVERFLOW') {
    const message = 'address and headers are too long, expected at most 16 KiB together';
    return ['Request Header Fields Too Large', statusResponse(431, message)];
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return ['Request Timeout', statusResponse(408, 'the request did not come in time')];
  }
  return ['Bad Request', statusResponse(400, 'this is no HTTP/1.1 request')];
}
