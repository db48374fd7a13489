import { readFileSync, statSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net';

/** PEM files; they may be replaced while the server runs, as a mounted Secret is. */
export type TlsFiles = { readonly certFile: string; readonly keyFile: string };

export type DualServer = {
  /** Listens for both. */
  readonly listener: NetServer;
  readonly closeAllConnections: () => void;
};

const reloadMs = 60_000;
/** A TLS record that starts a handshake; no HTTP method begins so. */
const handshake = 0x16;
/** Longest wait for a connection's first byte. */
const firstByteTimeoutMs = 30_000;

/**
 * Serves HTTPS beside HTTP on one port, told apart by the first byte: kubectl sends tokens over nothing but TLS,
 * and everything else needs no second address.
 * @throws where the files cannot be read
 */
export function acceptTls(http: HttpServer, files: TlsFiles): DualServer {
  const https = createHttpsServer(read(files), (request, response) =>
    http.emit('request', request, response),
  );
  https.keepAliveTimeout = http.keepAliveTimeout;
  https.headersTimeout = http.headersTimeout;
  https.requestTimeout = http.requestTimeout;
  reloadWhenChanged(https, files);
  // Node tracks connections, for timeouts and for closing them, from this event on.
  for (const server of [http, https]) server.emit('listening');

  const listener = createNetServer((socket) => {
    socket.setTimeout(firstByteTimeoutMs, () => socket.destroy());
    // Before a protocol is known there is nobody to tell; the connection ends.
    socket.on('error', () => socket.destroy());
    socket.once('data', (first) => handOver(socket, first, first[0] === handshake ? https : http));
  });
  return {
    listener,
    closeAllConnections: () => {
      http.closeAllConnections();
      https.closeAllConnections();
    },
  };
}

function handOver(socket: Socket, first: Buffer, server: HttpServer | HttpsServer): void {
  socket.pause();
  socket.setTimeout(0);
  socket.removeAllListeners('timeout');
  socket.unshift(first);
  server.emit('connection', socket);
  // Not before the server has put its own listeners on.
  process.nextTick(() => socket.resume());
}

function read({ certFile, keyFile }: TlsFiles): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

function reloadWhenChanged(https: HttpsServer, files: TlsFiles): void {
  let changedAt = statSync(files.certFile).mtimeMs;
  setInterval(() => {
    try {
      const { mtimeMs } = statSync(files.certFile);
      if (mtimeMs === changedAt) return;
      https.setSecureContext(read(files));
      changedAt = mtimeMs;
    } catch {
      // Half-written files: the old ones serve until the next look.
    }
  }, reloadMs).unref();
}
