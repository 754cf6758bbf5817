/** Puts encoded pictures into a WebM file (RFC 8794, RFC 9559): one video track, whole in memory. */

import { type Bytes, concatBytes, utf8 } from "./bytes";

export interface EncodedPicture {
  readonly bytes: Bytes;
  readonly atMs: number;
  readonly isKey: boolean;
}

export interface WebmTrack {
  /** As Matroska names it, such as V_VP8. */
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly durationMs: number;
}

/** A block's time in its cluster has 16 bits with a sign. */
const LONGEST_CLUSTER_MS = 30_000;

function uint(value: number): Bytes {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256))
    bytes.unshift(rest % 256);
  return new Uint8Array(bytes);
}

function float(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytes;
}

/** The size always in eight bytes: a few more, and nothing to count beforehand. */
function element(id: number, ...parts: readonly Bytes[]): Bytes {
  const body = concatBytes(...parts);
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, 0x0100_0000_0000_0000n | BigInt(body.length));
  return concatBytes(uint(id), size, body);
}

function block(picture: EncodedPicture, clusterMs: number): Bytes {
  const head = new Uint8Array(4);
  const view = new DataView(head.buffer);
  head[0] = 0x81; // track 1
  view.setInt16(1, picture.atMs - clusterMs);
  head[3] = picture.isKey ? 0x80 : 0;
  return element(0xa3, head, picture.bytes);
}

/** `pictures` in order of time, the first a key picture; a cluster begins at each key picture. */
export function webmOf(track: WebmTrack, pictures: readonly EncodedPicture[]): Bytes {
  const header = element(
    0x1a45dfa3,
    element(0x4286, uint(1)),
    element(0x42f7, uint(1)),
    element(0x42f2, uint(4)),
    element(0x42f3, uint(8)),
    element(0x4282, utf8("webm")),
    element(0x4287, uint(4)),
    element(0x4285, uint(2)),
  );
  const info = element(
    0x1549a966,
    element(0x2ad7b1, uint(1_000_000)),
    element(0x4489, float(track.durationMs)),
    element(0x4d80, utf8("stoop")),
    element(0x5741, utf8("stoop")),
  );
  const entry = element(
    0xae,
    element(0xd7, uint(1)),
    element(0x73c5, uint(1)),
    element(0x83, uint(1)),
    element(0x86, utf8(track.codec)),
    element(0xe0, element(0xb0, uint(track.width)), element(0xba, uint(track.height))),
  );
  const clusters: Bytes[] = [];
  let waiting: EncodedPicture[] = [];
  const close = () => {
    const [first] = waiting;
    if (!first) return;
    const time = element(0xe7, uint(first.atMs));
    clusters.push(element(0x1f43b675, time, ...waiting.map((each) => block(each, first.atMs))));
    waiting = [];
  };
  for (const picture of pictures) {
    const isLong = waiting[0] !== undefined && picture.atMs - waiting[0].atMs > LONGEST_CLUSTER_MS;
    if (picture.isKey || isLong) close();
    waiting.push(picture);
  }
  close();
  return concatBytes(header, element(0x18538067, info, element(0x1654ae6b, entry), ...clusters));
}
