// Answers on a socket as a Docker engine, as far as Airflow's DockerOperator asks, and runs containers by container.mjs.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { startContainer } from '../docker/container.mjs';
import { EXAMPLE_IMAGE } from './example-image.mjs';

/**
 * @typedef {object} Run
 * @property {any} asked What the engine was asked to create.
 * @property {import('node:net').Socket | undefined} attached
 * @property {Promise<number>} ended With the exit code.
 * @property {(code: number) => void} end
 */

/**
 * @param {string} socketPath
 * @param {import('../docker/container.mjs').Runtime} runtime
 * @returns {Promise<{ containers: () => readonly any[], close: () => Promise<void> }>} `containers` are the bodies that asked for one.
 */
export async function startEngine(socketPath, runtime) {
  /** @type {Map<string, Run>} */
  const runs = new Map();
  /** @type {any[]} */
  const asked = [];
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const path = (request.url ?? '').replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '');
    const [, id = '', action = ''] = /^\/containers\/([0-9a-f]+)\/?(\w*)$/.exec(path) ?? [];
    /** @param {number} status @param {unknown} [value] */
    const answer = (status, value) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(value === undefined ? '' : JSON.stringify(value));
    };
    const run = runs.get(id);
    if (path === '/version')
      return answer(200, { ApiVersion: '1.41', MinAPIVersion: '1.12', Version: '20.10.24' });
    if (path === '/_ping') return void response.end('OK');
    if (path === '/images/json') return answer(200, [{ Id: 'sha256:0', RepoTags: [EXAMPLE_IMAGE] }]);
    if (path === '/containers/create') {
      const wanted = JSON.parse(body);
      asked.push(wanted);
      const created = randomBytes(32).toString('hex');
      runs.set(created, { asked: wanted, attached: undefined, ...openEnd() });
      return answer(201, { Id: created, Warnings: [] });
    }
    if (run === undefined)
      return answer(404, { message: `no such container, or not known here: ${request.method} ${path}` });
    if (action === 'json') return answer(200, { Id: id, Config: { Tty: false } });
    if (action === 'start') {
      start(run, runtime);
      return answer(204);
    }
    if (action === 'wait') return answer(200, { StatusCode: await run.ended });
    if (request.method === 'DELETE') return answer(204);
    return answer(404, { message: `not known here: ${request.method} ${path}` });
  });
  // The client turns the connection of `attach` into a stream of what the container prints.
  server.on('upgrade', (request, socket) => {
    const [, id = ''] = /\/containers\/([0-9a-f]+)\/attach/.exec(request.url ?? '') ?? [];
    const run = runs.get(id);
    if (run === undefined) return void socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    run.attached = /** @type {import('node:net').Socket} */ (socket);
    socket.write(
      'HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
    );
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    containers: () => asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * @param {Run} run
 * @param {import('../docker/container.mjs').Runtime} runtime
 */
function start({ asked, attached, end }, runtime) {
  const { Image, Cmd, Env, WorkingDir, HostConfig } = asked;
  const child = startContainer(
    {
      image: Image,
      args: Cmd,
      environment: Object.fromEntries(
        (Env ?? []).map((/** @type {string} */ text) => text.split(/=(.*)/s).slice(0, 2)),
      ),
      mounts: HostConfig.Mounts.map((/** @type {any} */ { Source, Target, ReadOnly }) => ({
        host: Source,
        container: Target,
        isReadOnly: ReadOnly === true,
      })),
      workingFolder: WorkingDir || undefined,
      options: ['--user', asked.User],
    },
    ['ignore', 'pipe', 'pipe'],
    runtime,
  );
  for (const [stream, number] of /** @type {const} */ ([
    [child.stdout, 1],
    [child.stderr, 2],
  ])) {
    stream?.on('data', (/** @type {Buffer} */ chunk) => attached?.write(frame(number, chunk)));
  }
  child.once('close', (code) => {
    attached?.end();
    end(code ?? 1);
  });
}

/**
 * @param {number} stream
 * @param {Buffer} chunk
 */
function frame(stream, chunk) {
  const head = Buffer.alloc(8);
  head.writeUInt8(stream, 0);
  head.writeUInt32BE(chunk.length, 4);
  return Buffer.concat([head, chunk]);
}

function openEnd() {
  /** @type {(code: number) => void} */
  let end = () => {};
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  return { ended, end };
}

/** @param {import('node:http').IncomingMessage} request */
async function textOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
