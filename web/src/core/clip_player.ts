/** Plays a sealed clip in a video element while it is still being decrypted, and follows the element's seeking. */

import type { Bytes } from "./bytes";
import { type ClipHead, differsFromCard, type ExpectedClip, readClipHead, readClosedBox } from "./clip";
import { decryptClip } from "./download";
import { AlteredError } from "./errors";
import { MediaFeed } from "./media_feed";
import type { Moving } from "./moving";
import { type ClosedBox, keyPictureBefore } from "./mp4";
import { type Observable, Subject } from "./observable";
import type { SealedFile } from "./sealed_file";
import { sleep } from "./timing";

/**
 * `complete`, `ended_early` and `altered` are said when all that can be shown is loaded; what was good before
 * an alteration stays playable.
 */
export type PlayerState =
  | { readonly kind: "loading" }
  | { readonly kind: "playing" }
  | { readonly kind: "complete" }
  | { readonly kind: "ended_early" }
  | { readonly kind: "altered"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

export interface ClipPlayerOptions {
  /** From the clip's card, to be compared. */
  readonly expected?: ExpectedClip;
  /** True while this clip is being recorded: the player then waits for more. */
  readonly isGrowing?: () => boolean;
}

const LOAD_AHEAD_S = 30;
const LOOK_AGAIN_MS = 250;
const GROWTH_MS = 1000;

type MediaSourceMaker = new () => MediaSource;

export class ClipPlayer {
  readonly #state = new Subject<PlayerState>({ kind: "loading" });
  readonly #durationMs = new Subject<number | null>(null);
  readonly #moving = new Subject<readonly Moving[]>([]);
  readonly #over = new AbortController();
  readonly #video: HTMLVideoElement;
  readonly #file: SealedFile;
  readonly #options: ClipPlayerOptions;
  #closed: ClosedBox | null = null;
  #url: string | null = null;
  #wake: () => void = () => undefined;
  #hasSeeked = false;
  #jumpToS: number | null = null;
  #cardFault: string | null = null;

  constructor(video: HTMLVideoElement, file: SealedFile, options: ClipPlayerOptions = {}) {
    this.#video = video;
    this.#file = file;
    this.#options = options;
  }

  get state(): Observable<PlayerState> {
    return this.#state;
  }

  /** Null until known; of a clip that ended early, once it is loaded. */
  get durationMs(): Observable<number | null> {
    return this.#durationMs;
  }

  /** Where something counted; empty until known, and in a clip that ended early. */
  get moving(): Observable<readonly Moving[]> {
    return this.#moving;
  }

  /** Resolves when all is loaded or the player was stopped; failures are told by `state`. */
  async start(): Promise<void> {
    this.#video.addEventListener("seeking", this.#onSeeking);
    try {
      await this.#play();
    } catch (error) {
      if (this.#over.signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      this.#state.set({ kind: error instanceof AlteredError ? "altered" : "failed", message });
    }
  }

  stop(): void {
    this.#over.abort();
    this.#wake();
    this.#video.removeEventListener("seeking", this.#onSeeking);
    this.#video.removeAttribute("src");
    this.#video.load();
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = null;
  }

  async #play(): Promise<void> {
    const signal = this.#over.signal;
    this.#closed = await readClosedBox(this.#file, signal);
    const head = await readClipHead(this.#file, signal);
    if (this.#options.expected)
      this.#cardFault = differsFromCard(this.#file, head.opened, this.#options.expected);
    if (this.#closed) {
      this.#durationMs.set(this.#closed.durationMs);
      this.#moving.set(this.#closed.moving);
    }
    const mimeType = `video/mp4; codecs="${head.codec}"`;
    const makeSource = mediaSourceFor(mimeType);
    if (makeSource) await this.#stream(await this.#attach(new makeSource(), mimeType), head);
    else await this.#playWhole();
  }

  /** For browsers without MediaSource: everything first, then play. */
  async #playWhole(): Promise<void> {
    const { blob, endedEarly, altered } = await decryptClip(this.#file, { signal: this.#over.signal });
    this.#show(blob);
    const fault = altered ?? this.#cardFault;
    if (fault !== null) this.#state.set({ kind: "altered", message: fault });
    else this.#state.set({ kind: endedEarly ? "ended_early" : "complete" });
  }

  async #attach(source: MediaSource, mimeType: string): Promise<MediaFeed> {
    const opened = new Promise((resolve) => source.addEventListener("sourceopen", resolve, { once: true }));
    // ManagedMediaSource stays shut unless playing on another screen is ruled out.
    this.#video.disableRemotePlayback = true;
    this.#show(source);
    await opened;
    this.#over.signal.throwIfAborted();
    const feed = new MediaFeed(source, mimeType);
    if (this.#closed) feed.setDuration(this.#closed.durationMs / 1000);
    return feed;
  }

  #show(source: MediaSource | Blob): void {
    this.#url = URL.createObjectURL(source);
    this.#video.src = this.#url;
  }

  async #stream(feed: MediaFeed, head: ClipHead): Promise<void> {
    await feed.append(await this.#file.read(0, head.mediaStart, this.#over.signal), 0);
    for (let from = head.mediaStart; ; from = this.#takeSeek(head)) {
      let fault = this.#cardFault;
      try {
        await this.#feedFrom(feed, from);
      } catch (error) {
        if (!(error instanceof AlteredError)) throw error;
        fault = error.message;
      }
      if (!this.#mustJump(feed)) await this.#rest(feed, fault);
      feed.restart();
    }
  }

  /** Reads on until the end of what there is, or until the viewer jumps to where nothing is loaded. */
  async #feedFrom(feed: MediaFeed, from: number): Promise<void> {
    for (let next = from; ; ) {
      for await (const chunk of this.#file.chunks(next, this.#over.signal)) {
        const bytes = chunk.bytes.subarray(Math.max(0, next - chunk.offset));
        next = chunk.offset + chunk.bytes.length;
        if (!(await this.#append(feed, bytes))) return;
        if (this.#state.value.kind === "loading") this.#state.set({ kind: "playing" });
      }
      if (!this.#file.endedEarly || !this.#options.isGrowing?.()) return;
      await sleep(GROWTH_MS, this.#over.signal);
      await this.#file.refresh(this.#over.signal);
      if (this.#mustJump(feed)) return;
    }
  }

  /** Waits while enough is loaded or there is no room. False when the viewer has jumped elsewhere meanwhile. */
  async #append(feed: MediaFeed, bytes: Bytes): Promise<boolean> {
    const hasEnough = () => feed.loadedAhead(this.#video.currentTime) > LOAD_AHEAD_S;
    while (!this.#mustJump(feed)) {
      if (!hasEnough() && (await feed.append(bytes, this.#video.currentTime))) return !this.#mustJump(feed);
      await this.#lookAgain();
    }
    return false;
  }

  /** All is loaded that can be: says how the clip ends, and waits for a jump to a part that is not loaded. */
  async #rest(feed: MediaFeed, fault: string | null): Promise<void> {
    feed.restart();
    feed.end();
    if (!this.#closed && Number.isFinite(this.#video.duration))
      this.#durationMs.set(this.#video.duration * 1000);
    this.#say(
      fault !== null
        ? { kind: "altered", message: fault }
        : { kind: this.#closed ? "complete" : "ended_early" },
    );
    while (!this.#mustJump(feed)) await this.#lookAgain();
  }

  #say(state: PlayerState): void {
    if (state.kind !== this.#state.value.kind) this.#state.set(state);
  }

  #takeSeek(head: ClipHead): number {
    const atMs = (this.#jumpToS ?? 0) * 1000;
    this.#jumpToS = null;
    return keyPictureBefore(this.#closed?.keys ?? [], atMs)?.offset ?? head.mediaStart;
  }

  /** True when the viewer jumped to where nothing is loaded. Without a table reading on gets there, so there is no jump. */
  #mustJump(feed: MediaFeed): boolean {
    this.#over.signal.throwIfAborted();
    if (this.#hasSeeked) {
      this.#hasSeeked = false;
      const isLoaded = feed.loadedAhead(this.#video.currentTime) > 0;
      this.#jumpToS = isLoaded || !this.#closed?.keys.length ? null : this.#video.currentTime;
    }
    return this.#jumpToS !== null;
  }

  readonly #onSeeking = () => {
    this.#hasSeeked = true;
    this.#wake();
  };

  #lookAgain(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_AGAIN_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** iPhones have ManagedMediaSource only; null where neither plays this. */
function mediaSourceFor(mimeType: string): MediaSourceMaker | null {
  const scope = globalThis as { MediaSource?: typeof MediaSource; ManagedMediaSource?: typeof MediaSource };
  for (const maker of [scope.MediaSource, scope.ManagedMediaSource])
    if (maker?.isTypeSupported(mimeType)) return maker;
  return null;
}
