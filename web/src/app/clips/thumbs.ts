/** Opened thumbnails as addresses of blobs: each is fetched and opened once, the least used go first. */

import type { Api } from "../../core/api";
import type { Bytes } from "../../core/bytes";
import { openThumbnail } from "../../core/thumbnail";

const KEPT = 240;

export class Thumbs {
  readonly #api: Api;
  /** In order of use, oldest first. */
  readonly #known = new Map<string, Promise<string>>();

  constructor(api: Api) {
    this.#api = api;
  }

  /** Rejects when it is gone or altered; asking again tries again. */
  address(clip: string, key: Bytes): Promise<string> {
    const known = this.#known.get(clip) ?? this.#open(clip, key);
    this.#known.delete(clip);
    this.#known.set(clip, known);
    known.catch(() => this.#known.delete(clip));
    this.#forgetOldest();
    return known;
  }

  async #open(clip: string, key: Bytes): Promise<string> {
    const jpeg = await openThumbnail(await this.#api.thumbnail(clip), key, clip);
    return URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" }));
  }

  #forgetOldest(): void {
    if (this.#known.size <= KEPT) return;
    const oldest = this.#known.entries().next().value;
    if (!oldest) return;
    this.#known.delete(oldest[0]);
    void oldest[1].then((address) => URL.revokeObjectURL(address)).catch(() => undefined);
  }
}
