/** Fragmented MP4 (ISO/IEC 14496-12) as the camera writes it: boxes, codec, our two uuid boxes. Input is hostile. */

import { type Bytes, concatBytes, fromHex, fromUtf8, toHex } from "./bytes";
import { FormatError } from "./errors";
import type { ClipCause, ClipEnd } from "./messages";
import { type Moving, movingTable } from "./moving";
import { Shape } from "./shape";

const OPENED = "0f9b52d421a14f0e8a0c6f70656e6564";
const CLOSED = "0f9b52d421a14f0e8a0c636c6f736564";
const UUID_BYTES = 16;
/** Bodies that are looked into; longer ones are passed over. */
const MAX_BODY_BYTES = 1 << 20;
const READ_TYPES = new Set(["moov", "uuid"]);
const MAX_KEYS = 100_000;

export interface BoxHeader {
  readonly type: string;
  /** Length of this header: 8, or 16 with a 64-bit size. */
  readonly headerBytes: number;
  /** Length of the whole box. */
  readonly sizeBytes: number;
}

/** Null while `bytes` does not hold the whole header. Raises FormatError on a size that can be none. */
export function boxHeader(bytes: Uint8Array, at = 0): BoxHeader | null {
  if (bytes.length - at < 8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  const size = view.getUint32(0);
  if (size >= 8) return { type, headerBytes: 8, sizeBytes: size };
  if (size !== 1) throw new FormatError(`the video is damaged: a box of ${size} bytes`);
  if (bytes.length - at < 16) return null;
  const long = view.getBigUint64(8);
  if (long < 16n || long > BigInt(Number.MAX_SAFE_INTEGER))
    throw new FormatError("the video is damaged: a box's size");
  return { type, headerBytes: 16, sizeBytes: Number(long) };
}

/** Finds a box by its path inside `body`; null where there is none. Raises FormatError when a box overruns its parent. */
export function findBox(body: Bytes, path: readonly string[]): Bytes | null {
  const [wanted, ...rest] = path;
  for (let at = 0; at < body.length; ) {
    const header = boxHeader(body, at);
    if (!header || at + header.sizeBytes > body.length)
      throw new FormatError("the video is damaged: a box overruns");
    const inside = body.subarray(at + header.headerBytes, at + header.sizeBytes);
    if (header.type === wanted) return rest.length === 0 ? inside : findBox(inside, rest);
    at += header.sizeBytes;
  }
  return null;
}

export interface TopBox {
  readonly type: string;
  readonly offset: number;
  readonly sizeBytes: number;
  /** Of `moov` and `uuid`; null of others. */
  readonly body: Bytes | null;
}

/** Tells each top-level box once it is whole, from bytes in any portions; holds only what it looks into. */
export class BoxScanner {
  #header: BoxHeader | null = null;
  #headBytes: Bytes = new Uint8Array(0);
  #body: Uint8Array[] = [];
  #missing = 0;
  #offset = 0;

  /** End of the last whole box. */
  get wholeUntil(): number {
    return this.#offset;
  }

  /** Raises FormatError on what can be no MP4. */
  feed(bytes: Bytes): TopBox[] {
    const whole: TopBox[] = [];
    let rest = bytes;
    while (rest.length > 0) {
      rest = this.#header ? rest : this.#feedHeader(rest);
      if (!this.#header) break;
      const part = rest.subarray(0, this.#missing);
      if (this.#isRead(this.#header)) this.#body.push(part);
      this.#missing -= part.length;
      rest = rest.subarray(part.length);
      if (this.#missing === 0) whole.push(this.#finish(this.#header));
    }
    return whole;
  }

  #feedHeader(bytes: Bytes): Bytes {
    const before = this.#headBytes.length;
    const start = concatBytes(this.#headBytes, bytes.subarray(0, 16 - before));
    this.#header = boxHeader(start);
    if (!this.#header) {
      this.#headBytes = start;
      return bytes.subarray(start.length - before);
    }
    this.#headBytes = new Uint8Array(0);
    this.#missing = this.#header.sizeBytes - this.#header.headerBytes;
    return bytes.subarray(this.#header.headerBytes - before);
  }

  #finish(header: BoxHeader): TopBox {
    const body = this.#isRead(header) ? concatBytes(...this.#body) : null;
    const box = { type: header.type, offset: this.#offset, sizeBytes: header.sizeBytes, body };
    this.#offset += header.sizeBytes;
    this.#header = null;
    this.#body = [];
    return box;
  }

  #isRead(header: BoxHeader): boolean {
    return READ_TYPES.has(header.type) && header.sizeBytes <= MAX_BODY_BYTES;
  }
}

const STSD_HEAD_BYTES = 8;
const VISUAL_ENTRY_BYTES = 78;
const AUDIO_ENTRY_BYTES = 28;

/**
 * RFC 6381 codecs parameter of the H.264 track and, where there is one, of the sound: `avc1.42C01F,mp4a.40.2`.
 *
 * Raises FormatError where there is no picture.
 */
export function codecOf(moov: Bytes): string {
  const tracks = bodiesOf(moov, "trak").map((trak) => findBox(trak, ["mdia", "minf", "stbl", "stsd"]));
  const found = tracks.map((stsd) => (stsd ? entryCodec(stsd.subarray(STSD_HEAD_BYTES)) : null));
  const picture = found.find((codec) => codec?.startsWith("avc"));
  if (!picture) throw new FormatError("the clip holds no H.264 video");
  return [picture, ...found.filter((codec) => codec?.startsWith("mp4a"))].join(",");
}

function entryCodec(entries: Bytes): string | null {
  for (const type of ["avc1", "avc3"]) {
    const entry = entries && findBox(entries, [type]);
    const config = entry && findBox(entry.subarray(VISUAL_ENTRY_BYTES), ["avcC"]);
    if (config && config.length >= 4) return `${type}.${toHex(config.subarray(1, 4)).toUpperCase()}`;
  }
  const sound = findBox(entries, ["mp4a"]);
  const esds = sound && findBox(sound.subarray(AUDIO_ENTRY_BYTES), ["esds"]);
  return esds && aacCodec(esds.subarray(4));
}

/** From the descriptors of ISO/IEC 14496-1 7.2.6: the kind of object in the decoder's configuration. */
function aacCodec(descriptors: Bytes): string | null {
  let at = 0;
  for (const [tag, ownBytes] of [
    [3, 3],
    [4, 13],
    [5, 0],
  ] as const) {
    if (descriptors[at] !== tag) return null;
    // Lengths are 1 to 4 bytes, all but the last with the high bit set.
    for (let bytes = 0; bytes < 4 && ((descriptors[++at] ?? 0) & 0x80) !== 0; ) bytes++;
    at += 1 + ownBytes;
  }
  const kind = (descriptors[at] ?? 0) >> 3;
  return kind > 0 && kind < 31 ? `mp4a.40.${kind}` : null;
}

function bodiesOf(body: Bytes, type: string): Bytes[] {
  const found: Bytes[] = [];
  for (let at = 0; at < body.length; ) {
    const header = boxHeader(body, at);
    if (!header || at + header.sizeBytes > body.length)
      throw new FormatError("the video is damaged: a box overruns");
    if (header.type === type) found.push(body.subarray(at + header.headerBytes, at + header.sizeBytes));
    at += header.sizeBytes;
  }
  return found;
}

export interface OpenedBox {
  readonly clip: string;
  readonly startedAtMs: number;
  readonly cause: ClipCause;
  readonly mask: string;
  readonly clock: "synced" | "offered" | "unsynced";
}

/** A key picture: its time in the clip, and where the `moof` that starts with it stands in the plaintext. */
export interface KeyPicture {
  readonly atMs: number;
  readonly offset: number;
}

export interface ClosedBox {
  readonly clip: string;
  readonly durationMs: number;
  readonly pictures: number;
  readonly end: ClipEnd;
  /** In order of time. */
  readonly keys: readonly KeyPicture[];
  /** Where something counted, in order of time; empty in clips from before it was told. */
  readonly moving: readonly Moving[];
}

/** Null when the uuid box is none of that kind. Raises FormatError when it is and its JSON is not as it must be. */
export function openedBox(body: Bytes): OpenedBox | null {
  const s = uuidJson(body, OPENED, "the clip's opened box");
  if (!s) return null;
  return {
    clip: s.hex("clip", 16),
    startedAtMs: s.amount("started_at_ms"),
    cause: s.oneOf("cause", ["motion", "press", "manual", "message"]),
    mask: s.text("mask"),
    clock: s.oneOf("clock", ["synced", "offered", "unsynced"]),
  };
}

export function closedBox(body: Bytes): ClosedBox | null {
  const s = uuidJson(body, CLOSED, "the clip's closed box");
  if (!s) return null;
  return {
    clip: s.hex("clip", 16),
    durationMs: s.amount("duration_ms"),
    pictures: s.count("pictures"),
    end: s.oneOf("end", ["quiet", "cap", "stopped", "off", "fault"]),
    keys: keyTable(s.list("keys")),
    moving: s.has("moving") ? movingTable(s.list("moving")) : [],
  };
}

function uuidJson(body: Bytes, uuid: string, what: string): Shape | null {
  if (toHex(body.subarray(0, UUID_BYTES)) !== uuid) return null;
  return Shape.parse(fromUtf8(body.subarray(UUID_BYTES)), what);
}

function keyTable(list: readonly unknown[]): KeyPicture[] {
  if (list.length > MAX_KEYS) throw new FormatError(`the clip lists ${list.length} key pictures`);
  const keys: KeyPicture[] = [];
  for (const pair of list) {
    const [atMs, offset] = Array.isArray(pair) ? pair : [];
    const last = keys.at(-1) ?? { atMs: -1, offset: -1 };
    if (!isCount(atMs) || !isCount(offset) || atMs < last.atMs || offset <= last.offset)
      throw new FormatError("the clip's table of key pictures is out of order");
    keys.push({ atMs, offset });
  }
  return keys;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

const CLOSED_UUID = fromHex(CLOSED);

/** The closed box where `tail`, the end of a clip's plaintext, ends with one. */
export function closedBoxAtEnd(tail: Bytes): ClosedBox | null {
  for (let at = tail.length - UUID_BYTES; at >= 8; at--) {
    if (!CLOSED_UUID.every((byte, i) => tail[at + i] === byte)) continue;
    const size = new DataView(tail.buffer, tail.byteOffset + at - 8).getUint32(0);
    if (size !== tail.length - (at - 8)) continue;
    return closedBox(tail.subarray(at));
  }
  return null;
}

/** The key picture to start from so that `atMs` is shown; the first where none is early enough, null where none is known. */
export function keyPictureBefore(keys: readonly KeyPicture[], atMs: number): KeyPicture | null {
  return keys.findLast((key) => key.atMs <= atMs) ?? keys[0] ?? null;
}
