/** Every route of docs/design/0001 section 8; signs commands with this browser's device key. */

import type { Bytes } from "./bytes";
import { ApiError, FormatError, isSignedOut } from "./errors";
import { type EventHandlers, type Watching, watchEvents } from "./events";
import { type Answer, type Fetch, Http, type Request } from "./http";
import { type Signer, signJws } from "./jws";
import type {
  Action,
  CameraState,
  Commands,
  Hello,
  ListedClip,
  ListedEpoch,
  Me,
  Role,
  Session,
} from "./messages";
import { type Proof, readProof } from "./proof";
import { type FetchRange, rangePart } from "./ranges";

export type { EventHandlers, Watching } from "./events";

export interface ApiOptions {
  readonly fetch?: Fetch;
  /** Put before each path; empty for the page's own. */
  readonly origin?: string;
  readonly timeLimitMs?: number;
}

export interface Paired {
  readonly device: string;
  readonly role: Role;
  readonly sealed_identity: string | null;
  readonly camera_name: string;
}

export interface LiveAnswer {
  readonly viewer: string;
  readonly answerSdp: string;
}

const JSON_HEADERS = { "Content-Type": "application/json" };

/**
 * Calls that need a session log in silently with the device key when it ended, and are tried once more.
 *
 * Every call raises ApiError when refused and NoAnswerError when no whole answer came within the time limit.
 */
export class Api {
  readonly #http: Http;
  readonly #timeLimitMs: number;
  #signer: Signer | null = null;
  #loggingIn: Promise<Me> | null = null;

  constructor(options: ApiOptions = {}) {
    this.#http = new Http(options.fetch ?? ((...args) => fetch(...args)), options.origin ?? "");
    this.#timeLimitMs = options.timeLimitMs ?? 15_000;
  }

  /** Set once the device key is loaded or made; null forgets it. */
  setSigner(signer: Signer | null): void {
    this.#signer = signer;
  }

  hello(): Promise<Hello> {
    return this.#json<Hello>({ path: "/api/hello" });
  }

  async nonce(): Promise<string> {
    return (await this.#json<{ nonce: string }>({ method: "POST", path: "/api/nonce" })).nonce;
  }

  claim(jws: string): Promise<{ readonly device: string }> {
    return this.#json(post("/api/claim", { jws }));
  }

  pair(jws: string): Promise<Paired> {
    return this.#json(post("/api/pair", { jws }));
  }

  /** Asks what only the recovery sheet answers: an age file in base64url. */
  recoverBegin(jws: string): Promise<{ readonly challenge: string }> {
    return this.#json(post("/api/recover", { jws }));
  }

  recover(jws: string): Promise<{ readonly device: string; readonly camera_name: string }> {
    return this.#json(post("/api/recover", { jws }));
  }

  /** Several callers at once share one login. */
  login(): Promise<Me> {
    this.#loggingIn ??= this.#login().finally(() => {
      this.#loggingIn = null;
    });
    return this.#loggingIn;
  }

  session(): Promise<Me> {
    return this.#inSession(() => this.#json<Me>({ path: "/api/session" }));
  }

  async logout(): Promise<void> {
    await this.#send({ method: "DELETE", path: "/api/session", alsoFine: [401] });
  }

  async sessions(): Promise<readonly Session[]> {
    const answer = await this.#inSession(() =>
      this.#json<{ sessions: readonly Session[] }>({ path: "/api/sessions" }),
    );
    return answer.sessions;
  }

  async revokeSession(id: string): Promise<void> {
    const path = `/api/sessions/${encodeURIComponent(id)}`;
    await this.#inSession(() => this.#send({ method: "DELETE", path }));
  }

  state(): Promise<CameraState> {
    return this.#inSession(() => this.#json<CameraState>({ path: "/api/state" }));
  }

  /** What was last proved on the camera; null when nothing was. Raises FormatError too. */
  async proof(): Promise<Proof | null> {
    return readProof(await this.#inSession(() => this.#json<unknown>({ path: "/api/proof" })));
  }

  /** One piece of an update, which begins at `offset`; sent twice it is kept once. */
  async updatePiece(offset: number, piece: Bytes, signal?: AbortSignal): Promise<void> {
    const headers = { "Content-Type": "application/octet-stream" };
    const path = `/api/update/${offset}`;
    await this.#inSession(() => this.#send({ method: "POST", path, headers, body: piece, signal }));
  }

  events(handlers: EventHandlers): Watching {
    return watchEvents(this.#http, handlers, () => this.login());
  }

  /**
   * Has the command carried out by the camera. A nonce that ran out on the way is replaced once.
   *
   * `nonce`: one that came with an earlier answer; without it one is asked for.
   */
  command<A extends Action>(
    action: A,
    args: Commands[A]["args"],
    nonce?: string,
  ): Promise<Commands[A]["result"]> {
    const carry = (jws: string) =>
      this.#inSession(() => this.#json<Commands[A]["result"]>(post("/api/commands", { jws })));
    return this.#signed(action, args, carry, nonce);
  }

  /** Posts a WebRTC offer with a fresh ticket (WHEP); the picture then comes beside HTTP. `nonce` as in `command`. */
  openLive(offerSdp: string, signal?: AbortSignal, nonce?: string): Promise<LiveAnswer> {
    const carry = async (jws: string) => {
      const headers = { "Content-Type": "application/sdp", Authorization: `Bearer ${jws}` };
      const answer = await this.#inSession(() =>
        this.#send({ method: "POST", path: "/api/live", headers, body: offerSdp, signal }),
      );
      const viewer = /\/api\/live\/([0-9a-f]{16})$/.exec(answer.headers.get("Location") ?? "")?.[1];
      if (answer.status !== 201 || !viewer) throw new FormatError("the server's answer names no viewer");
      return { viewer, answerSdp: textOf(answer) };
    };
    return this.#signed("live.open", {}, carry, nonce);
  }

  /** `keepalive` lets it go out while the page closes. */
  async closeLive(viewer: string, options: { readonly keepalive?: boolean } = {}): Promise<void> {
    const keepalive = options.keepalive ?? false;
    await this.#send({ method: "DELETE", path: `/api/live/${viewer}`, keepalive, alsoFine: [404] });
  }

  /** Newest first. */
  async clips(): Promise<readonly ListedClip[]> {
    const answer = await this.#inSession(() =>
      this.#json<{ clips: readonly ListedClip[] }>({ path: "/api/clips" }),
    );
    return answer.clips;
  }

  /** The sealed clip, for `SealedFile.open`. */
  clipRanges(id: string): FetchRange {
    return this.#ranges(`/api/clips/${encodeURIComponent(id)}`);
  }

  async thumbnail(id: string, signal?: AbortSignal): Promise<Bytes> {
    const path = `/api/thumbnails/${encodeURIComponent(id)}`;
    return (await this.#inSession(() => this.#send({ path, signal }))).body;
  }

  async epochs(): Promise<readonly ListedEpoch[]> {
    const answer = await this.#inSession(() =>
      this.#json<{ epochs: readonly ListedEpoch[] }>({ path: "/api/journal" }),
    );
    return answer.epochs;
  }

  async journalFile(epoch: number, signal?: AbortSignal): Promise<Bytes> {
    const request = { path: `/api/journal/${epoch}`, timeLimitMs: 4 * this.#timeLimitMs, signal };
    return (await this.#inSession(() => this.#send(request))).body;
  }

  /** A part of an epoch's file, to read on from where one was. */
  journalRanges(epoch: number): FetchRange {
    return this.#ranges(`/api/journal/${epoch}`);
  }

  #ranges(path: string): FetchRange {
    return async (fromByte, toByte, signal) => {
      const headers = { Range: `bytes=${fromByte}-${toByte - 1}` };
      const request = { path, headers, signal, timeLimitMs: 2 * this.#timeLimitMs, alsoFine: [416] };
      return rangePart(await this.#inSession(() => this.#send(request)), fromByte, toByte);
    };
  }

  async #login(): Promise<Me> {
    return this.#signed("login", {}, (jws) => this.#json<Me>(post("/api/login", { jws })));
  }

  async #signed<T>(
    action: string,
    args: object,
    carry: (jws: string) => Promise<T>,
    given?: string,
  ): Promise<T> {
    const signer = this.#signer;
    if (!signer) throw new ApiError("unknown_device", "this browser is not paired with the camera", 401);
    const once = async (nonce?: string) =>
      carry(await signJws(signer, { action, args, nonce: nonce ?? (await this.nonce()) }));
    try {
      return await once(given);
    } catch (error) {
      if (error instanceof ApiError && error.code === "bad_nonce") return once();
      throw error;
    }
  }

  async #inSession<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (!isSignedOut(error) || !this.#signer) throw error;
    }
    await this.login();
    return call();
  }

  #send(request: Omit<Request, "timeLimitMs"> & { readonly timeLimitMs?: number }): Promise<Answer> {
    return this.#http.send({ timeLimitMs: this.#timeLimitMs, ...request });
  }

  async #json<T>(request: Omit<Request, "timeLimitMs">): Promise<T> {
    const text = textOf(await this.#send(request));
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new FormatError(`the answer to ${request.path} is no JSON`, { cause });
    }
  }
}

function post(path: string, body: object): Omit<Request, "timeLimitMs"> {
  return { method: "POST", path, headers: JSON_HEADERS, body: JSON.stringify(body) };
}

function textOf(answer: Answer): string {
  return new TextDecoder().decode(answer.body);
}
