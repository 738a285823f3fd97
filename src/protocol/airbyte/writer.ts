import { sentence } from '../../errors.ts';
import { createLosses } from '../lossless.ts';
import type { ProtocolWriter } from '../writer.ts';
import { airbyteLines, errorLine, logLine } from './messages.ts';

export const airbyteWriter = Object.freeze<ProtocolWriter>({
  name: 'source-centra',
  isProtocol: true,
  log: (entry) => ({ out: logLine(entry), err: '' }),
  failure: (error, nowMs) => ({
    out: errorLine(error, error.stream, nowMs),
    err: `source-centra: ${sentence(error)}\n`,
  }),
  messageWriter: () => {
    const losses = createLosses();
    return (message, nowMs) => ({
      out: airbyteLines(message, nowMs, losses),
      err: message.type === 'failure' ? `source-centra: ${sentence(message.error)}\n` : '',
    });
  },
});
