/** The live picture: one WebRTC connection (WHEP), its ticket renewed, opened again when it breaks. */

import type { Api } from "./api";
import { ApiError, FormatError } from "./errors";
import { type Observable, Subject } from "./observable";
import { backoffMs, sleep } from "./timing";

export type LiveState =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "reconnecting"; readonly attempt: number }
  /** The server is there, the camera is not, or is switched off. */
  | { readonly kind: "camera_away"; readonly message: string }
  | {
      readonly kind: "ended";
      readonly why: "stopped" | "forbidden" | "unknown_device" | "failed";
      readonly message: string;
    };

/** What of the browser is needed; fakes in tests. */
export interface LiveWorld {
  createPeer(): RTCPeerConnection;
  now(): number;
  /** `online`, `visibilitychange` and `pagehide`, as `visible` and `hidden`; returns what ends the listening. */
  watchPage(listener: (what: "online" | "visible" | "closing") => void): () => void;
}

const LIVE: LiveState = { kind: "live" };
const RENEW_MS = 60_000;
const CONNECT_LIMIT_MS = 10_000;
const MAX_PAUSE_MS = 10_000;
/** WebRTC says "disconnected" on a lost packet or two and often finds back. */
const PATIENCE_MS = 4000;
const FINAL_CODES: Readonly<Record<string, "forbidden" | "unknown_device" | "failed">> = {
  forbidden: "forbidden",
  unknown_device: "unknown_device",
  bad_signature: "unknown_device",
  not_claimed: "failed",
};
/** The camera process is not there; it is there and switched off. */
const AWAY_CODES = new Set(["camera_away", "conflict"]);

/**
 * Keeps one connection at most. `start` after `stop` (or after `ended`) begins anew.
 *
 * `stream` is what to give to `video.srcObject`; it changes with each connection.
 */
export class LiveView {
  readonly #api: Api;
  readonly #world: LiveWorld;
  readonly #state = new Subject<LiveState>({ kind: "idle" });
  readonly #stream = new Subject<MediaStream | null>(null);
  readonly #sound = new Subject<MediaStream | null>(null);
  readonly #hasSound: boolean;
  #mouth: RTCRtpSender | null = null;
  readonly #firstPictureMs = new Subject<number | null>(null);
  #over: AbortController | null = null;
  #viewer: string | null = null;
  #startedAt = 0;
  #hurry: () => void = () => undefined;

  /** `hasSound`: offers sound both ways, for talk. Nothing is heard or said until a conversation is opened. */
  constructor(api: Api, world: LiveWorld = browserWorld, options: { hasSound?: boolean } = {}) {
    this.#api = api;
    this.#world = world;
    this.#hasSound = options.hasSound ?? false;
  }

  get state(): Observable<LiveState> {
    return this.#state;
  }

  get stream(): Observable<MediaStream | null> {
    return this.#stream;
  }

  /** What is said at the door; silent unless there is a conversation. */
  get sound(): Observable<MediaStream | null> {
    return this.#sound;
  }

  /** Where the owner's voice goes in; null while there is no connection, or no sound. */
  get mouth(): RTCRtpSender | null {
    return this.#mouth;
  }

  /** The ticket of the present connection; null while there is none. */
  get viewer(): string | null {
    return this.#viewer;
  }

  /** From `start` to the first picture on the screen; see `pictureShown`. */
  get firstPictureMs(): Observable<number | null> {
    return this.#firstPictureMs;
  }

  /** To be called from `requestVideoFrameCallback`. */
  pictureShown(): void {
    if (this.#firstPictureMs.value === null && this.#over)
      this.#firstPictureMs.set(this.#world.now() - this.#startedAt);
  }

  start(): void {
    if (this.#over) return;
    const over = new AbortController();
    this.#over = over;
    this.#startedAt = this.#world.now();
    this.#firstPictureMs.set(null);
    const unwatch = this.#world.watchPage((what) => {
      if (what === "closing") this.#leave({ keepalive: true });
      else this.#hurry();
    });
    void this.#run(over.signal).finally(unwatch);
  }

  stop(): void {
    this.#finish("stopped", "");
  }

  #finish(why: "stopped" | "forbidden" | "unknown_device" | "failed", message: string): void {
    if (!this.#over) return;
    this.#over.abort();
    this.#over = null;
    this.#leave({ keepalive: true });
    this.#stream.set(null);
    this.#state.set({ kind: "ended", why, message });
  }

  /** Tells the server that nobody looks any more, so that the lamp goes out at once. */
  #leave(options: { keepalive: boolean }): void {
    const viewer = this.#viewer;
    this.#viewer = null;
    if (viewer) this.#api.closeLive(viewer, options).catch(() => undefined);
  }

  async #run(over: AbortSignal): Promise<void> {
    this.#state.set({ kind: "connecting" });
    for (let attempt = 0; !over.aborted; ) {
      try {
        await this.#connection(over);
        attempt = 0;
      } catch (error) {
        if (over.aborted) return;
        const why = finalReason(error);
        if (why) return this.#finish(why, (error as ApiError).message);
        attempt = this.#state.value.kind === "live" ? 1 : attempt + 1;
        this.#state.set(stateAfter(error, attempt));
      }
      this.#stream.set(null);
      await this.#pause(backoffMs(Math.max(1, attempt), MAX_PAUSE_MS), over);
    }
  }

  /** Returns or raises when the connection is over. */
  async #connection(over: AbortSignal): Promise<void> {
    const peer = this.#world.createPeer();
    const ended = new AbortController();
    const end = () => ended.abort(over.reason);
    over.addEventListener("abort", end);
    try {
      await this.#negotiate(peer, over);
      const broken = brokenConnection(peer, ended.signal, () => this.#state.set(LIVE));
      await Promise.race([broken, this.#renewing(ended.signal)]);
    } finally {
      over.removeEventListener("abort", end);
      ended.abort();
      this.#mouth = null;
      this.#sound.set(null);
      peer.close();
      this.#leave({ keepalive: false });
    }
  }

  /** Posts the offer at once: on a LAN no candidate needs to be gathered first. Its nonce is fetched meanwhile. */
  async #negotiate(peer: RTCPeerConnection, over: AbortSignal): Promise<void> {
    peer.addTransceiver("video", { direction: "recvonly" });
    if (this.#hasSound) this.#mouth = peer.addTransceiver("audio", { direction: "sendrecv" }).sender;
    peer.ontrack = (event) => {
      const target = event.track.kind === "audio" ? this.#sound : this.#stream;
      target.set(event.streams[0] ?? new MediaStream([event.track]));
    };
    const [offerSdp, nonce] = await Promise.all([describe(peer), this.#api.nonce()]);
    const { viewer, answerSdp } = await this.#api.openLive(offerSdp, over, nonce);
    this.#viewer = viewer;
    over.throwIfAborted();
    await peer.setRemoteDescription({ type: "answer", sdp: answerSdp });
  }

  /** Raises when the camera refuses to go on. A renewal that got no answer is tried again before the ticket ends. */
  async #renewing(ended: AbortSignal): Promise<never> {
    for (let wait = RENEW_MS; ; ) {
      await sleep(wait, ended);
      const viewer = this.#viewer;
      if (!viewer) throw new FormatError("the live picture has no ticket");
      try {
        await this.#api.command("live.renew", { viewer });
        wait = RENEW_MS;
      } catch (error) {
        if (error instanceof ApiError && error.status < 500) throw error;
        wait = 10_000;
      }
    }
  }

  /** Ends early when the network or the page comes back. */
  async #pause(ms: number, over: AbortSignal): Promise<void> {
    const rest = new AbortController();
    const end = () => rest.abort();
    this.#hurry = end;
    over.addEventListener("abort", end);
    await sleep(ms, rest.signal).catch(() => undefined);
    over.removeEventListener("abort", end);
    this.#hurry = () => undefined;
  }
}

async function describe(peer: RTCPeerConnection): Promise<string> {
  const offer = await peer.createOffer();
  await peer.setLocalDescription(offer);
  return peer.localDescription?.sdp ?? offer.sdp ?? "";
}

function stateAfter(error: unknown, attempt: number): LiveState {
  if (error instanceof ApiError && (error.status === 503 || AWAY_CODES.has(error.code)))
    return { kind: "camera_away", message: error.message };
  return { kind: "reconnecting", attempt };
}

function finalReason(error: unknown): "forbidden" | "unknown_device" | "failed" | null {
  return error instanceof ApiError ? (FINAL_CODES[error.code] ?? null) : null;
}

/** Raises when the peers do not find each other in time, or lost each other. */
function brokenConnection(
  peer: RTCPeerConnection,
  ended: AbortSignal,
  connected: () => void,
): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (why: string) => reject(new FormatError(why));
    let timer = setTimeout(() => fail("no picture came in time"), CONNECT_LIMIT_MS);
    ended.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(ended.reason);
    });
    const look = () => {
      const state = peer.connectionState;
      if (state === "failed" || state === "closed") fail("the connection broke");
      if (state !== "connected" && state !== "disconnected") return;
      clearTimeout(timer);
      if (state === "connected") connected();
      else timer = setTimeout(() => fail("the connection broke"), PATIENCE_MS);
    };
    peer.onconnectionstatechange = look;
    look();
  });
}

const browserWorld: LiveWorld = {
  createPeer: () => new RTCPeerConnection({ iceServers: [] }),
  now: () => performance.now(),
  watchPage: (listener) => {
    const online = () => listener("online");
    const closing = () => listener("closing");
    const visible = () => listener("visible");
    addEventListener("online", online);
    addEventListener("pagehide", closing);
    addEventListener("pageshow", visible);
    addEventListener("focus", visible);
    return () => {
      removeEventListener("online", online);
      removeEventListener("pagehide", closing);
      removeEventListener("pageshow", visible);
      removeEventListener("focus", visible);
    };
  },
};
