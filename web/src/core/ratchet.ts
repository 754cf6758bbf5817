/** The journal's hash ratchet (docs/design/0001, section 5): one key for each record, in order only. */

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
    const [messageKey, next] = step(this.#key);
    const plain = openInScript(messageKey, NONCE, record, this.#aad);
    this.#key = next;
    if (!plain) return null;
    const jsonBytes = new DataView(plain.buffer, plain.byteOffset).getUint16(0);
    return jsonBytes + 2 > plain.length ? null : plain.subarray(2, 2 + jsonBytes);
  }
}

const BLOCK_BYTES = 64;

/** HMAC-SHA256 (RFC 2104) of 0x01 and of 0x02 under one key: the padded key is hashed once for both. */
function step(key: Uint8Array): [messageKey: Uint8Array, next: Uint8Array] {
  const pad = new Uint8Array(BLOCK_BYTES).fill(0x36);
  for (let i = 0; i < key.length; i++) pad[i] = 0x36 ^ (key[i] as number);
  const inner = sha256.create().update(pad);
  for (let i = 0; i < BLOCK_BYTES; i++) pad[i] = (pad[i] as number) ^ 0x36 ^ 0x5c;
  const outer = sha256.create().update(pad);
  const first = outer.clone().update(inner.clone().update(MESSAGE).digest()).digest();
  return [first, outer.update(inner.update(NEXT).digest()).digest()];
}

/** r_0 */
export function firstRoot(head: Uint8Array): Uint8Array {
  return sha256(head);
}

/** r_{i+1} of r_i and the record as it is stored */
export function nextRoot(root: Uint8Array, record: Uint8Array): Uint8Array {
  return sha256.create().update(root).update(record).digest();
}
