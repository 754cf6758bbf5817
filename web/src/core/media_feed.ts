/** Feeds one SourceBuffer: appends, makes room, and says what is loaded; knows nothing of sealing. */

import type { Bytes } from "./bytes";

/** Kept behind the picture when room must be made. */
const KEEP_BEHIND_S = 4;

export class MediaFeed {
  readonly #source: MediaSource;
  readonly #buffer: SourceBuffer;

  constructor(source: MediaSource, mimeType: string) {
    this.#source = source;
    this.#buffer = source.addSourceBuffer(mimeType);
  }

  /**
   * Resolves once the bytes are taken; makes room before `nowS` when the browser has none.
   *
   * Gives false when there is no room yet: append the same bytes again later.
   */
  async append(bytes: Bytes, nowS: number): Promise<boolean> {
    try {
      await this.#change(() => this.#buffer.appendBuffer(bytes));
      return true;
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "QuotaExceededError") throw error;
    }
    const until = nowS - KEEP_BEHIND_S;
    if (until > 0) await this.#change(() => this.#buffer.remove(0, until));
    return false;
  }

  /** Forgets a fragment that was appended in part, before reading goes on elsewhere. */
  restart(): void {
    if (this.#source.readyState === "open") this.#buffer.abort();
  }

  setDuration(seconds: number): void {
    if (this.#source.readyState === "open" && !this.#buffer.updating) this.#source.duration = seconds;
  }

  end(): void {
    if (this.#source.readyState === "open" && !this.#buffer.updating) this.#source.endOfStream();
  }

  /** Seconds loaded from `atS` on without a hole; 0 where `atS` itself is not loaded. */
  loadedAhead(atS: number): number {
    return loadedAhead(this.#buffer.buffered, atS);
  }

  #change(begin: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = () => {
        this.#buffer.removeEventListener("updateend", done);
        this.#buffer.removeEventListener("error", failed);
        resolve();
      };
      const failed = () => {
        this.#buffer.removeEventListener("updateend", done);
        reject(new Error("the browser could not decode this part"));
      };
      this.#buffer.addEventListener("updateend", done);
      this.#buffer.addEventListener("error", failed, { once: true });
      try {
        begin();
      } catch (error) {
        this.#buffer.removeEventListener("updateend", done);
        this.#buffer.removeEventListener("error", failed);
        reject(error);
      }
    });
  }
}

interface Ranges {
  readonly length: number;
  start(index: number): number;
  end(index: number): number;
}

/** Pictures need not touch exactly: a hole of less than this is none. */
const HOLE_S = 0.1;

export function loadedAhead(ranges: Ranges, atS: number): number {
  let until = atS;
  for (let i = 0; i < ranges.length; i++)
    if (ranges.start(i) <= until + HOLE_S && ranges.end(i) > until) until = ranges.end(i);
  return until - atS;
}
