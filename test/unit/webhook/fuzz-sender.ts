import { connect, type Socket } from 'node:net';
import type { FuzzCall } from './fuzz-calls.ts';

const PATIENCE_MS = 15_000;

/** Sends one request on a connection of its own; gives the status, or undefined when the server hung up without one. */
export function sendFuzz(port: number, { bytes, isBrokenOff }: FuzzCall): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      socket.destroy();
      reject(new Error('The receiver neither answered nor hung up.'));
    }, PATIENCE_MS);
    const end = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.destroy();
      resolve(statusIn(heard));
    };
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      if (heard.length < 5_000) heard += text;
      if (statusIn(heard) !== undefined) end();
    });
    socket.on('error', end);
    socket.on('close', end);
    socket.write(bytes, () => {
      if (isBrokenOff) setTimeout(end, 5);
    });
  });
}

/** The final status: 100 only says that the body may come. */
function statusIn(heard: string): number | undefined {
  const statuses = [...heard.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
  return statuses.find((status) => status !== 100);
}

export interface SlowSender {
  /** How long the receiver put up with it; undefined while it still does. */
  readonly cutOffAfterMs: () => number | undefined;
  readonly end: () => void;
}

/** Sends the beginning of a request, and then a byte from time to time, until the receiver hangs up. */
export function sendSlowly(port: number, start: string, betweenMs: number): SlowSender {
  const startedMs = performance.now();
  let cutOff: number | undefined;
  const socket: Socket = connect(port, '127.0.0.1');
  const drip = setInterval(() => socket.writable && socket.write('x'), betweenMs);
  const end = () => {
    clearInterval(drip);
    socket.destroy();
  };
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
  socket.on('close', () => {
    clearInterval(drip);
    cutOff ??= performance.now() - startedMs;
  });
  socket.write(start);
  return { cutOffAfterMs: () => cutOff, end };
}
