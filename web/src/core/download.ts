/** Decrypts a whole clip in this browser, to be saved as a file that any player takes. */

import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, toHex } from "./bytes";
import { differsFromCard, type ExpectedClip } from "./clip";
import { AlteredError } from "./errors";
import { BoxScanner, type OpenedBox, openedBox } from "./mp4";
import type { FetchRange } from "./ranges";
import type { SealedFile } from "./sealed_file";
import { breathe } from "./timing";

/** Everything up to the last whole fragment that is good. */
export interface Download {
  readonly blob: Blob;
  readonly endedEarly: boolean;
  /** What was altered, as a sentence; the blob then ends before it. */
  readonly altered: string | null;
}

export interface DownloadOptions {
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
  /** From the clip's card, to be compared. */
  readonly expected?: ExpectedClip;
}

/** Raises FormatError when it is no MP4, what fetching raises, the signal's reason. */
export async function decryptClip(file: SealedFile, options: DownloadOptions = {}): Promise<Download> {
  const whole = new WholeFragments();
  let altered: string | null = null;
  try {
    for await (const chunk of file.chunks(0, options.signal)) {
      options.signal?.throwIfAborted();
      whole.feed(chunk.bytes);
      options.onProgress?.((chunk.offset + chunk.bytes.length) / file.plaintextBytes);
      await breathe();
    }
  } catch (error) {
    if (!(error instanceof AlteredError)) throw error;
    altered = error.message;
  }
  if (options.expected) altered ??= differsFromCard(file, whole.opened, options.expected);
  return { blob: whole.blob(), endedEarly: file.endedEarly, altered };
}

class WholeFragments {
  opened: OpenedBox | null = null;
  readonly #scanner = new BoxScanner();
  readonly #parts: Bytes[] = [];
  #wholeUntil = 0;

  feed(bytes: Bytes): void {
    this.#parts.push(bytes);
    for (const box of this.#scanner.feed(bytes)) {
      // A fragment is whole with its mdat: a moof alone refers to pictures that are not there.
      if (box.type !== "moof") this.#wholeUntil = box.offset + box.sizeBytes;
      if (box.type === "uuid" && box.body) this.opened ??= openedBox(box.body);
    }
  }

  blob(): Blob {
    return new Blob(this.#parts).slice(0, this.#wholeUntil, "video/mp4");
  }
}

const HASH_STEP_BYTES = 1 << 20;

/** Compares the sealed file with the SHA-256 of its closed card. Raises AlteredError when they differ. */
export async function verifySealedClip(
  fetchRange: FetchRange,
  card: { readonly bytes: number; readonly sha256: string },
  options: Pick<DownloadOptions, "onProgress" | "signal"> = {},
): Promise<void> {
  const hash = sha256.create();
  for (let at = 0; at < card.bytes; ) {
    const part = await fetchRange(at, Math.min(at + HASH_STEP_BYTES, card.bytes), options.signal);
    if (part.totalBytes !== card.bytes || part.bytes.length === 0)
      throw new AlteredError(`the file has ${part.totalBytes} bytes, the log says ${card.bytes}`);
    hash.update(part.bytes);
    at += part.bytes.length;
    options.onProgress?.(at / card.bytes);
    await breathe();
  }
  if (toHex(hash.digest()) !== card.sha256)
    throw new AlteredError("the file is not the one that the log speaks of");
}
