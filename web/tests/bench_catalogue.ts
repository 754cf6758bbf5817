/** For `stoop bench catalogue`: opens a journal as the app does, beside the bare ciphers and hashes that it is made of. */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { foldClips } from "../src/core/cards";
import { createIdentity, recipientOf } from "../src/core/identity";
import { readJournal } from "../src/core/journal";

const NONCE = new Uint8Array(12);
const KEY = new Uint8Array(32);
const [MESSAGE, NEXT] = [Uint8Array.of(1), Uint8Array.of(2)];

export async function makeIdentity() {
  const identity = await createIdentity();
  return { identity, recipient: await recipientOf(identity) };
}

/** Milliseconds of reading and folding all records; how many were good, and the verdict. */
export async function openAll(bytes: Uint8Array<ArrayBuffer>, identity: string) {
  const begun = performance.now();
  const journal = await readJournal([{ epoch: 0, bytes }], identity);
  const cards = foldClips(journal.records);
  const ms = performance.now() - begun;
  return { ms, records: journal.records.length, cards: cards.length, verdict: journal.verdict };
}

/** Milliseconds of the same number of records by the libraries' calls alone: two HMACs, one opening, one root. */
export function bare(records: number): number {
  const sealed = chacha20poly1305(KEY, NONCE).encrypt(new Uint8Array(496));
  let key: Uint8Array = KEY;
  let root: Uint8Array = KEY;
  const begun = performance.now();
  for (let i = 0; i < records; i++) {
    hmac(sha256, key, MESSAGE);
    key = hmac(sha256, key, NEXT);
    chacha20poly1305(KEY, NONCE).decrypt(sealed);
    root = sha256.create().update(root).update(sealed).digest();
  }
  return performance.now() - begun;
}
