/** The camera's state and events as they come, over one stream that is opened again whenever it breaks. */

import { ApiError } from "./errors";
import { type Http, refusal } from "./http";
import type { CameraEvent, CameraState } from "./messages";
import { SseParser } from "./sse";
import { backoffMs, sleep } from "./timing";

export interface Watching {
  close(): void;
}

export interface EventHandlers {
  state(state: CameraState): void;
  event(event: CameraEvent): void;
  /** Called on each change between connected and not. */
  connection?(isConnected: boolean): void;
  /** The server refused for good (this device was revoked, say); the stream is over. */
  refused?(error: ApiError): void;
}

/** The server sends at least a comment this often; a silent stream is a dead one. */
const SILENCE_MS = 60_000;
const MAX_PAUSE_MS = 15_000;

/** `renewSession` is called on a 401; its ApiError ends the stream. */
export function watchEvents(
  http: Http,
  handlers: EventHandlers,
  renewSession: () => Promise<unknown>,
): Watching {
  const over = new AbortController();
  void run(http, handlers, renewSession, over.signal);
  return { close: () => over.abort() };
}

async function run(
  http: Http,
  handlers: EventHandlers,
  renewSession: () => Promise<unknown>,
  over: AbortSignal,
): Promise<void> {
  for (let attempt = 1; !over.aborted; attempt++) {
    try {
      await readStream(http, handlers, over, () => {
        attempt = 0;
        handlers.connection?.(true);
      });
    } catch (error) {
      if (over.aborted) return;
      if (error instanceof ApiError && error.status === 401 && (await renewed(renewSession, handlers, over)))
        continue;
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
        handlers.connection?.(false);
        return;
      }
    }
    if (over.aborted) return;
    handlers.connection?.(false);
    await sleep(backoffMs(attempt + 1, MAX_PAUSE_MS), over).catch(() => undefined);
  }
}

/** False when the server refused for good. A server that cannot be reached is tried again like a broken stream. */
async function renewed(
  renewSession: () => Promise<unknown>,
  handlers: EventHandlers,
  over: AbortSignal,
): Promise<boolean> {
  try {
    await renewSession();
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) {
      handlers.refused?.(error);
      return false;
    }
    await sleep(backoffMs(2, MAX_PAUSE_MS), over).catch(() => undefined);
    return true;
  }
}

async function readStream(
  http: Http,
  handlers: EventHandlers,
  over: AbortSignal,
  opened: () => void,
): Promise<void> {
  const silence = new AbortController();
  const stop = () => silence.abort();
  let timer = setTimeout(stop, SILENCE_MS);
  over.addEventListener("abort", stop);
  try {
    const response = await http.open(
      { path: "/api/events", headers: { Accept: "text/event-stream" } },
      silence.signal,
    );
    if (!response.ok) throw refusal(response.status, new Uint8Array(await response.arrayBuffer()));
    if (!response.body) return;
    opened();
    const reader = response.body.getReader();
    const parser = new SseParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS);
      for (const message of parser.feed(value)) dispatch(message.event, message.data, handlers);
    }
  } finally {
    clearTimeout(timer);
    over.removeEventListener("abort", stop);
  }
}

function dispatch(name: string, data: string, handlers: EventHandlers): void {
  const parsed = JSON.parse(data) as object;
  if (name === "state") handlers.state(parsed as CameraState);
  else if ("kind" in parsed) handlers.event(parsed as CameraEvent);
}
