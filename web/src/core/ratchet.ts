/** The journal's hash ratchet (docs/design/0001, section 5): one key for each record, in order only. */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8 } from "./bytes";
import { openInScript } from "./chacha";

export const RECORD_BYTES = 512;
const MESSAGE = Uint8Array.of(1);
const NEXT = Uint8Array.of(2);
const NONCE = new Uint8Array(12);
const AAD_PREFIX = utf8("stoop-journal-v1");

export class Ratchet {
  readonly #aad: Uint8Array<ArrayBuffer>;
  readonly #aadView: DataView;
  #key: Uint8Array;
  #index = 0;

  constructor(key: Uint8Array, epoch: number) {
    this.#key = key;
    this.#aad = concatBytes(AAD_PREFIX, new Uint8Array(16));
    this.#aadView = new DataView(this.#aad.buffer);
    this.#aadView.setBigUint64(AAD_PREFIX.length, BigInt(epoch));
  }

  /** The next record's JSON, or null when it is not authentic; either way the ratchet moves on by one. */
  open(record: Uint8Array): Uint8Array<ArrayBuffer> | null {
    this.#aadView.setBigUint64(AAD_PREFIX.length + 8, BigInt(this.#index++));
    const plain = openInScript(hmac(sha256, this.#key, MESSAGE), NONCE, record, this.#aad);
    this.#key = hmac(sha256, this.#key, NEXT);
    if (!plain) return null;
    const jsonBytes = new DataView(plain.buffer, plain.byteOffset).getUint16(0);
    return jsonBytes + 2 > plain.length ? null : plain.subarray(2, 2 + jsonBytes);
  }
}

/** r_0 */
export function firstRoot(head: Uint8Array): Uint8Array {
  return sha256(head);
}

/** r_{i+1} of r_i and the record as it is stored */
export function nextRoot(root: Uint8Array, record: Uint8Array): Uint8Array {
  return sha256.create().update(root).update(record).digest();
}
