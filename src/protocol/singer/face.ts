import type { ReadingFace } from '../face.ts';
import { httpRequestMetric } from './metrics.ts';
import { singerFailure, singerLog, singerSpeaker } from './speaker.ts';

export const singerFace = Object.freeze<ReadingFace>({
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
  speaker: ({ streams, wanted, states }) => singerSpeaker({ streams, wanted, bookmarks: states }),
});
