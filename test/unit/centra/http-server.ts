import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Server as NetServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { HttpRequest } from '../../../src/centra/transport.ts';

/** Listens on a port of its own until the test is over. */
export async function listening(server: Server | NetServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** A server that answers each request so. */
export async function answering(answer: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listening(createServer(answer))}/graphql`;
}

export interface TestProxy {
  readonly port: number;
  /** What was asked of it: `CONNECT acme.centra.com:80`, and the login that came along. */
  readonly asked: { readonly host: string; readonly login: string | undefined }[];
}

/** A proxy that leads every connection to one port of this machine, or answers `status` instead. */
export async function connectProxy(targetPort: number, status = 200): Promise<TestProxy> {
  const asked: TestProxy['asked'] = [];
  const server = createServer((_, response) => void response.writeHead(501).end());
  server.on('connect', (request, socket: Socket) => {
    asked.push({ host: request.url ?? '', login: request.headers['proxy-authorization'] });
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const target = connect(targetPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      target.pipe(socket);
      socket.pipe(target);
    });
    target.on('error', () => socket.destroy());
    socket.on('error', () => target.destroy());
  });
  return { port: await listening(server), asked };
}

export function requestTo(url: string, signal = new AbortController().signal): HttpRequest {
  return { url, headers: { 'content-type': 'application/json' }, body: '{}', signal };
}
