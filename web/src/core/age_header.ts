/** The header of an age v1 file (c2sp.org/age): where it ends, and the key of the payload. */

import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, ownBytes, utf8 } from "./bytes";
import { AlteredError, NoKeyError } from "./errors";
import { decrypterOf } from "./ring";

/** A header to a few post-quantum recipients has some kilobytes; more is no file of ours. */
export const MAX_HEADER_BYTES = 64 * 1024;
export const NONCE_BYTES = 16;
const LINE_FEED = 10;

/** Bytes of the header, its last line feed included; null while `start` does not hold it whole. */
export function headerSizeBytes(start: Uint8Array): number | null {
  for (let lineStart = 0; ; ) {
    const lineEnd = start.indexOf(LINE_FEED, lineStart);
    if (lineEnd < 0) return null;
    const isMac = start[lineStart] === 0x2d && start[lineStart + 1] === 0x2d && start[lineStart + 2] === 0x2d;
    if (isMac) return lineEnd + 1;
    lineStart = lineEnd + 1;
  }
}

/**
 * The key of the payload that follows `header`.
 *
 * Raises NoKeyError when the identity does not open it, AlteredError when the header is damaged.
 */
export async function payloadKey(header: Bytes, nonce: Bytes, identity: string): Promise<Bytes> {
  const decrypter = decrypterOf(identity);
  let fileKey: Uint8Array;
  try {
    fileKey = await decrypter.decryptHeader(header);
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith("no identity matched"))
      throw new NoKeyError("the key in this browser does not open this file", { cause });
    throw new AlteredError("the head of the sealed file is damaged", { cause });
  }
  return ownBytes(hkdf(sha256, fileKey, nonce, utf8("payload"), 32));
}
