/** One HTTP exchange with a time limit and typed errors; knows no route. */

import type { Bytes } from "./bytes";
import { ApiError, NoAnswerError } from "./errors";

export type Fetch = typeof fetch;

export interface Request {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Bytes;
  /** Until the whole answer is here. */
  readonly timeLimitMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Lets the request outlive the page. */
  readonly keepalive?: boolean;
  /** Statuses beyond 2xx that are answers and no errors. */
  readonly alsoFine?: readonly number[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Bytes;
}

export class Http {
  readonly #fetch: Fetch;
  readonly #origin: string;

  /** `origin` is put before each path; empty for the page's own. */
  constructor(doFetch: Fetch, origin: string) {
    this.#fetch = doFetch;
    this.#origin = origin;
  }

  /** Raises ApiError when refused, NoAnswerError when nothing whole came in time, AbortError when `signal` fired. */
  async send(request: Request): Promise<Answer> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), request.timeLimitMs);
    const stop = () => limit.abort();
    request.signal?.addEventListener("abort", stop);
    try {
      request.signal?.throwIfAborted();
      const response = await this.open(request, limit.signal);
      const body = new Uint8Array(await response.arrayBuffer());
      if (!response.ok && !request.alsoFine?.includes(response.status)) throw refusal(response.status, body);
      return { status: response.status, headers: response.headers, body };
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof ApiError) throw error;
      throw new NoAnswerError(`no answer from the camera to ${request.path}, try again`, { cause: error });
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", stop);
    }
  }

  /** The bare response, its body not yet read, for streams. */
  open(request: Omit<Request, "timeLimitMs">, signal: AbortSignal): Promise<Response> {
    // The page's own fetch insists on being called on the window.
    const doFetch = this.#fetch;
    return doFetch(this.#origin + request.path, {
      method: request.method ?? "GET",
      headers: { ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(request.keepalive ? { keepalive: true } : {}),
      signal,
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
    });
  }
}

/** The error that a refusing answer stands for. */
export function refusal(status: number, body: Uint8Array): ApiError {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(body));
    const { error, message } = parsed as { error?: unknown; message?: unknown };
    if (typeof error === "string" && typeof message === "string") return new ApiError(error, message, status);
  } catch {
    // Not our server's own words (a proxy's page, say): the status has to do.
  }
  return new ApiError("http", `the camera's server answered with status ${status}`, status);
}
