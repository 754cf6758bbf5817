/** Reading a part of a file that may still grow. */

import type { Bytes } from "./bytes";

export interface RangePart {
  /** May be shorter than asked for when the file ends. */
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
