/**
 * Reads an age file over ranges: any part at any time, also while it is written; never holds it whole.
 *
 * The payload is chunks of 64 KiB, each sealed with its number and whether it is the last (c2sp.org/age, STREAM).
 */

import { headerSizeBytes, MAX_HEADER_BYTES, NONCE_BYTES, payloadKey } from "./age_header";
import { type Bytes, concatBytes } from "./bytes";
import { createOpener, type Opener } from "./chacha";
import { AlteredError, FormatError } from "./errors";
import { hasHole } from "./holes";
import type { FetchRange } from "./ranges";

export const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
/** Chunks asked for at once while reading on: few requests, and the first picture still comes soon. */
const CHUNKS_A_REQUEST = 8;
const CACHED_CHUNKS = 16;

export interface Chunk {
  /** Where in the plaintext it begins. */
  readonly offset: number;
  readonly bytes: Bytes;
}

interface Extent {
  /** Whole chunks in the middle, none of them marked as the last. */
  readonly middleChunks: number;
  /** The chunk that is marked as the last, or null where the stream is cut. */
  readonly last: Bytes | null;
}

export class SealedFile {
  readonly #fetchRange: FetchRange;
  readonly #opener: Opener;
  readonly #payloadStart: number;
  /** Newest last; holds opened chunks. */
  readonly #cache = new Map<number, Bytes>();
  #extent: Extent = { middleChunks: 0, last: null };
  #sizeBytes: number;

  private constructor(fetchRange: FetchRange, opener: Opener, payloadStart: number, sizeBytes: number) {
    this.#fetchRange = fetchRange;
    this.#opener = opener;
    this.#payloadStart = payloadStart;
    this.#sizeBytes = sizeBytes;
  }

  /**
   * Two requests: the file's start, and its end, where a clip's table of key pictures stands.
   *
   * Raises NoKeyError, AlteredError when header or end are damaged, FormatError when it is no age file (or cut in
   * its header), and what `fetchRange` raises.
   */
  static async open(fetchRange: FetchRange, identity: string, signal?: AbortSignal): Promise<SealedFile> {
    const start = await fetchRange(0, SEALED_CHUNK_BYTES + 8 * 1024, signal);
    const headerSize = await findHeader(start.bytes, fetchRange, signal);
    const payloadStart = headerSize.bytes + NONCE_BYTES;
    if (headerSize.start.length < payloadStart) throw new FormatError("the sealed file is cut in its head");
    const nonce = headerSize.start.slice(headerSize.bytes, payloadStart);
    const key = await payloadKey(headerSize.start.slice(0, headerSize.bytes), nonce, identity);
    const file = new SealedFile(fetchRange, await createOpener(key), payloadStart, start.totalBytes);
    const early = { offset: 0, bytes: headerSize.start };
    await file.#measure(start.totalBytes, early, signal);
    await file.#takeFirst(headerSize.start);
    return file;
  }

  /** Plaintext that can be read now. */
  get plaintextBytes(): number {
    return this.#extent.middleChunks * CHUNK_BYTES + (this.#extent.last?.length ?? 0);
  }

  /** True where the stream has no end: a power cut, tampering, or a file that is still being written. */
  get endedEarly(): boolean {
    return this.#extent.last === null;
  }

  /** Size of the sealed file when it was last looked at. */
  get sealedBytes(): number {
    return this.#sizeBytes;
  }

  /** Looks whether the file has grown; true when it has. */
  async refresh(signal?: AbortSignal): Promise<boolean> {
    const { totalBytes } = await this.#fetchRange(0, 1, signal);
    if (totalBytes === this.#sizeBytes) return false;
    if (totalBytes < this.#sizeBytes) throw new AlteredError("the sealed file has become shorter");
    await this.#measure(totalBytes, null, signal);
    return true;
  }

  /**
   * The plaintext of [fromByte, toByte), cut to what can be read.
   *
   * Raises AlteredError when a chunk of it is not authentic.
   */
  async read(fromByte: number, toByte: number, signal?: AbortSignal): Promise<Bytes> {
    const from = Math.max(0, fromByte);
    const to = Math.min(toByte, this.plaintextBytes);
    if (to <= from) return new Uint8Array(0);
    const first = Math.floor(from / CHUNK_BYTES);
    const parts: Bytes[] = [];
    for await (const chunk of this.#chunksFrom(first, Math.ceil(to / CHUNK_BYTES), signal))
      parts.push(chunk.bytes);
    return concatBytes(...parts).slice(from - first * CHUNK_BYTES, to - first * CHUNK_BYTES);
  }

  /** Every chunk that can be read from the one with `fromByte` on. Raises AlteredError at the first that is not authentic. */
  chunks(fromByte = 0, signal?: AbortSignal): AsyncGenerator<Chunk> {
    return this.#chunksFrom(Math.floor(fromByte / CHUNK_BYTES), this.#chunkCount, signal);
  }

  get #chunkCount(): number {
    return this.#extent.middleChunks + (this.#extent.last?.length ? 1 : 0);
  }

  async *#chunksFrom(first: number, end: number, signal?: AbortSignal): AsyncGenerator<Chunk> {
    let ahead = 1;
    for (let index = first; index < Math.min(end, this.#chunkCount); ) {
      const known = this.#known(index);
      if (known) {
        yield { offset: index * CHUNK_BYTES, bytes: known };
        index++;
        continue;
      }
      // Grows from one chunk to eight: the first comes at once, the rest with few requests.
      const until = Math.min(index + ahead, end, this.#extent.middleChunks);
      ahead = Math.min(ahead * 2, CHUNKS_A_REQUEST);
      await this.#load(index, until, signal);
    }
  }

  #known(index: number): Bytes | null {
    if (index === this.#extent.middleChunks) return this.#extent.last;
    return this.#cache.get(index) ?? null;
  }

  async #load(first: number, end: number, signal?: AbortSignal): Promise<void> {
    const from = this.#payloadStart + first * SEALED_CHUNK_BYTES;
    const { bytes } = await this.#fetchRange(from, from + (end - first) * SEALED_CHUNK_BYTES, signal);
    if (bytes.length !== (end - first) * SEALED_CHUNK_BYTES)
      throw new AlteredError("the sealed file is shorter than it was");
    for (let index = first; index < end; index++) {
      const at = (index - first) * SEALED_CHUNK_BYTES;
      const sealed = bytes.subarray(at, at + SEALED_CHUNK_BYTES);
      const plain = await this.#opener.open(nonceOf(index, false), sealed);
      // What stands before it is good, and is given first.
      if (!plain && index > first) return;
      if (!plain && this.endedEarly && hasHole(sealed)) {
        // Pages came in another order than they were written when the power went: the stream is cut here.
        this.#extent = { middleChunks: index, last: null };
        return;
      }
      if (!plain) throw new AlteredError(`part ${index} of the sealed file was altered`);
      this.#remember(index, plain);
    }
  }

  #remember(index: number, plain: Bytes): void {
    this.#cache.set(index, plain);
    if (this.#cache.size <= CACHED_CHUNKS) return;
    const oldest = this.#cache.keys().next().value;
    if (oldest !== undefined) this.#cache.delete(oldest);
  }

  /** Finds out where the stream ends by opening its tail. */
  async #measure(sizeBytes: number, early: Chunk | null, signal?: AbortSignal): Promise<void> {
    const payloadBytes = Math.max(0, sizeBytes - this.#payloadStart);
    const wholeChunks = Math.floor(payloadBytes / SEALED_CHUNK_BYTES);
    const restBytes = payloadBytes % SEALED_CHUNK_BYTES;
    const middleChunks = restBytes > 0 || wholeChunks === 0 ? wholeChunks : wholeChunks - 1;
    const tailStart = this.#payloadStart + middleChunks * SEALED_CHUNK_BYTES;
    const tail = await this.#tail(tailStart, sizeBytes, early, signal);
    const last = await this.#openLast(middleChunks, tail);
    this.#extent = last ? { middleChunks, last } : { middleChunks: wholeChunks, last: null };
    this.#sizeBytes = sizeBytes;
  }

  async #tail(from: number, to: number, early: Chunk | null, signal?: AbortSignal): Promise<Bytes> {
    if (early && early.bytes.length >= to) return early.bytes.slice(from, to);
    const { bytes } = await this.#fetchRange(from, to, signal);
    if (bytes.length !== to - from) throw new AlteredError("the sealed file is shorter than it was");
    return bytes;
  }

  /** Keeps the first chunk, which came with the header. */
  async #takeFirst(start: Bytes): Promise<void> {
    const end = this.#payloadStart + SEALED_CHUNK_BYTES;
    if (this.#extent.middleChunks === 0 || start.length < end) return;
    const plain = await this.#opener.open(nonceOf(0, false), start.slice(this.#payloadStart, end));
    if (plain) this.#remember(0, plain);
  }

  /** Null where the stream is cut. A cut leaves whole chunks unharmed, so a bad whole chunk is an alteration. */
  async #openLast(index: number, tail: Bytes): Promise<Bytes | null> {
    if (tail.length < TAG_BYTES) return null;
    const last = await this.#opener.open(nonceOf(index, true), tail);
    // Only the empty file may end with an empty chunk.
    if (last && last.length === 0 && index > 0)
      throw new AlteredError("the sealed file ends with an empty part");
    if (last || tail.length < SEALED_CHUNK_BYTES) return last;
    const middle = await this.#opener.open(nonceOf(index, false), tail);
    if (!middle) throw new AlteredError("the last part of the sealed file was altered");
    this.#remember(index, middle);
    return null;
  }
}

async function findHeader(
  start: Bytes,
  fetchRange: FetchRange,
  signal?: AbortSignal,
): Promise<{ bytes: number; start: Bytes }> {
  let known = start;
  if (headerSizeBytes(known) === null && known.length < MAX_HEADER_BYTES + NONCE_BYTES)
    known = (await fetchRange(0, MAX_HEADER_BYTES + NONCE_BYTES, signal)).bytes;
  const bytes = headerSizeBytes(known.subarray(0, MAX_HEADER_BYTES));
  if (bytes === null) throw new FormatError("this is no sealed file, or it is cut in its head");
  return { bytes, start: known };
}

/** 11 bytes of chunk number, big-endian, and the mark of the last chunk. */
function nonceOf(index: number, isLast: boolean): Bytes {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(3, BigInt(index));
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}
