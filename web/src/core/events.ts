/** The camera's state and events as they come, over one stream that is opened again whenever it breaks. */

import { ApiError, isSignedOut } from "./errors";
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
  /** The camera process is there, or gone. */
  link?(isOnline: boolean): void;
  /** Called on each change between connected to the server and not. */
  connection?(isConnected: boolean): void;
  /** The server refused for good (this device was revoked, say); the stream is over. */
  refused?(error: ApiError): void;
}

/** The server sends at least a comment this often; a silent stream is a dead one. */
const SILENCE_MS = 60_000;
const MAX_PAUSE_MS = 15_000;

/** `renewSession` is called when the session ended; when it is refused, so is the stream. */
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
      const fault = isSignedOut(error) ? await renewFault(renewSession) : error;
      if (fault === null) continue;
      if (isFinal(fault)) {
        handlers.connection?.(false);
        handlers.refused?.(fault);
        return;
      }
    }
    if (over.aborted) return;
    handlers.connection?.(false);
    await sleep(backoffMs(attempt + 1, MAX_PAUSE_MS), over).catch(() => undefined);
  }
}

function isFinal(fault: unknown): fault is ApiError {
  return fault instanceof ApiError && fault.status < 500 && fault.status !== 429;
}

/** Null once the session is renewed, else what went wrong. */
async function renewFault(renewSession: () => Promise<unknown>): Promise<unknown> {
  try {
    await renewSession();
    return null;
  } catch (error) {
    return error;
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
  if (name === "link") handlers.link?.((parsed as { online: boolean }).online);
  else if (name === "state") handlers.state(parsed as CameraState);
  else if (name === "event") handlers.event(parsed as CameraEvent);
}
