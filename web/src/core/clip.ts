/** A sealed clip as the player needs it: codec, where its pictures begin, its table of key pictures. */

import type { Bytes } from "./bytes";
import { FormatError } from "./errors";
import { BoxScanner, type ClosedBox, closedBoxAtEnd, codecOf, type OpenedBox, openedBox } from "./mp4";
import type { SealedFile } from "./sealed_file";

const MAX_HEAD_BYTES = 4 << 20;
const TAIL_BYTES = 64 * 1024;

export interface ClipHead {
  readonly codec: string;
  readonly opened: OpenedBox | null;
  /** Where the first fragment begins; all before is the initialisation segment. */
  readonly mediaStart: number;
}

/** Reads up to the first fragment. Raises FormatError where there is none, and what reading raises. */
export async function readClipHead(file: SealedFile, signal?: AbortSignal): Promise<ClipHead> {
  const scanner = new BoxScanner();
  let codec: string | null = null;
  let opened: OpenedBox | null = null;
  for await (const chunk of file.chunks(0, signal)) {
    for (const box of scanner.feed(chunk.bytes)) {
      if (box.type === "moov" && box.body) codec = codecOf(box.body);
      if (box.type === "uuid" && box.body) opened = openedBox(box.body) ?? opened;
      if (box.type === "moof" && codec) return { codec, opened, mediaStart: box.offset };
    }
    if (chunk.offset > MAX_HEAD_BYTES) break;
  }
  throw new FormatError("the clip was cut before its first picture");
}

/** The closed box; null where the clip ended early. */
export async function readClosedBox(file: SealedFile, signal?: AbortSignal): Promise<ClosedBox | null> {
  if (file.endedEarly) return null;
  const tail: Bytes = await file.read(file.plaintextBytes - TAIL_BYTES, file.plaintextBytes, signal);
  return closedBoxAtEnd(tail);
}

/** What the journal says about a clip; from a closed card. */
export interface ExpectedClip {
  readonly id: string;
  /** Size of the sealed file; null while there is no closed card. */
  readonly bytes: number | null;
}

/** What card and file say differently, as a sentence; null when they agree. */
export function differsFromCard(
  file: SealedFile,
  opened: OpenedBox | null,
  expected: ExpectedClip,
): string | null {
  if (opened && opened.clip !== expected.id)
    return `the file holds clip ${opened.clip}, not the one it is named for`;
  if (expected.bytes !== null && file.sealedBytes !== expected.bytes)
    return `the file has ${file.sealedBytes} bytes, the log says ${expected.bytes}`;
  return null;
}
