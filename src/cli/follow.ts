import type { ClientObserver } from '../centra/client.ts';
import type { Message } from '../protocol/message.ts';
import type { ShopTelemetry } from '../telemetry/telemetry.ts';

/** Tells telemetry what a read says. It is given each message, whatever form that takes elsewhere. */
export function followMessages(telemetry: ShopTelemetry): (message: Message) => void {
  return (message) => {
    switch (message.type) {
      case 'records':
        return telemetry.records(message.stream, message.records.length);
      case 'checkpoint':
        return telemetry.checkpoint(message.stream);
      case 'failure':
        return telemetry.streamFailed(message.stream, message.error);
      case 'status':
        if (message.status === 'started') return telemetry.streamStarted(message.stream);
        if (message.status === 'running') return;
        return telemetry.streamEnded(message.stream, message.status === 'complete');
      default:
        return;
    }
  };
}

/** Tells telemetry of each request: a part of a client's observer. */
export function observeRequests(telemetry: ShopTelemetry): Required<Pick<ClientObserver, 'exchanged'>> {
  return { exchanged: telemetry.requested };
}
