import type { Message } from '../../protocol/message.ts';
import type { ShopTelemetry } from '../../telemetry/telemetry.ts';

/** Hands the messages of a read on, and tells telemetry what they say. */
export async function* withTelemetry(
  messages: AsyncIterable<Message>,
  telemetry: ShopTelemetry,
): AsyncGenerator<Message> {
  for await (const message of messages) {
    tell(message, telemetry);
    yield message;
  }
}

function tell(message: Message, telemetry: ShopTelemetry): void {
  if (message.type === 'records') telemetry.records(message.stream, message.records.length);
  if (message.type === 'checkpoint') telemetry.checkpoint(message.stream);
  if (message.type === 'failure') telemetry.streamFailed(message.stream, message.error);
  if (message.type !== 'status' || message.status === 'running') return;
  if (message.status === 'started') telemetry.streamStarted(message.stream);
  else telemetry.streamEnded(message.stream, message.status === 'complete');
}
