/** Reading a part of a file that may still grow (RFC 9110 section 14). */

import type { Bytes } from "./bytes";
import { FormatError } from "./errors";

export interface RangePart {
  /** Shorter than asked for where the file ends. */
  readonly bytes: Bytes;
  /** Size of the whole file at that moment. */
  readonly totalBytes: number;
}

/** Reads [fromByte, toByte). */
export type FetchRange = (fromByte: number, toByte: number, signal?: AbortSignal) => Promise<RangePart>;

/** A whole file in memory as ranges. */
export function rangesOf(file: Bytes): FetchRange {
  return async (fromByte, toByte) => ({ bytes: file.slice(fromByte, toByte), totalBytes: file.length });
}

interface RangeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Bytes;
}

/** What a server's answer to `Range: bytes=from-(to-1)` holds; raises FormatError when it is another part. */
export function rangePart(answer: RangeAnswer, fromByte: number, toByte: number): RangePart {
  if (answer.status === 200)
    return { bytes: answer.body.slice(fromByte, toByte), totalBytes: answer.body.length };
  const header = answer.headers.get("Content-Range") ?? "";
  if (answer.status === 416) {
    const total = /^bytes \*\/(\d+)$/.exec(header)?.[1];
    if (total === undefined) throw new FormatError("the server named no size for a refused range");
    return { bytes: new Uint8Array(0), totalBytes: Number(total) };
  }
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header);
  const [first, last, total] = match ? match.slice(1).map(Number) : [];
  const isWanted = first === fromByte && last !== undefined && last < toByte;
  if (answer.status !== 206 || !isWanted || answer.body.length !== last - fromByte + 1)
    throw new FormatError(`the server sent another part than bytes ${fromByte} to ${toByte - 1}`);
  return { bytes: answer.body, totalBytes: total as number };
}
