import type { ProtocolWriter } from '../writer.ts';
import { singerFailure, singerLog, singerMessageWriter } from './message-writer.ts';
import { httpRequestMetric } from './metrics.ts';

export const singerWriter = Object.freeze<ProtocolWriter>({
  name: 'tap-centra',
  isProtocol: true,
  log: singerLog,
  exchanged: ({ durationMs, status, what, error }) => ({
    out: '',
    err: httpRequestMetric(durationMs / 1000, {
      endpoint: what,
      ...(status !== undefined && { http_status_code: status }),
      status: error === undefined && status !== 429 ? 'succeeded' : 'failed',
    }),
  }),
  failure: singerFailure,
  messageWriter: ({ streams, wanted, states }) => singerMessageWriter({ streams, wanted, bookmarks: states }),
});
