import type { ShopTelemetry } from '../../telemetry/telemetry.ts';
import type { Observer } from './observer.ts';

/** Tells telemetry what the messages of a run say. */
export function telemetryObserver(telemetry: ShopTelemetry): Observer {
  return Object.freeze<Observer>({
    take: (message) => {
      if (message.type === 'records') telemetry.records(message.stream, message.records.length);
      if (message.type === 'checkpoint') telemetry.checkpoint(message.stream);
      if (message.type === 'failure') telemetry.streamFailed(message.stream, message.error);
      if (message.type !== 'status' || message.status === 'running') return;
      if (message.status === 'started') telemetry.streamStarted(message.stream);
      else telemetry.streamEnded(message.stream, message.status === 'complete');
    },
  });
}
