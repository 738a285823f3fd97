import { Agent, request } from 'undici';

export interface WebhookRequest {
  readonly url: string;
  readonly signature: string;
  readonly body: string;
  readonly timeoutMs: number;
}

/** The status of the answer, or why there is none. */
export type WebhookAnswer = { readonly status: number } | { readonly problem: string };

/** Makes one call; never rejects. */
export type WebhookPost = (call: WebhookRequest) => Promise<WebhookAnswer>;

/** Makes calls over connections of its own; closing it ends those that are under way. */
export function openWebhookPost(): { readonly post: WebhookPost; close(): Promise<void> } {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  return {
    post: async ({ url, signature, body, timeoutMs }) => {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), timeoutMs);
      try {
        const answer = await request(url, {
          dispatcher: agent,
          method: 'POST',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Centra-Signature': signature },
          body,
          signal: controller.signal,
        });
        await answer.body.dump({ limit: 65_536, signal: controller.signal });
        return { status: answer.statusCode };
      } catch (error) {
        return { problem: controller.signal.aborted ? 'timeout' : codeOf(error) };
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => agent.destroy(),
  };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
