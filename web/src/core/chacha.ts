/** ChaCha20-Poly1305 (RFC 8439) by WebCrypto where the browser has it, else in JavaScript. */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { type Bytes, ownBytes } from "./bytes";

const NAME = "ChaCha20-Poly1305";

/** Opens many messages under one key. */
export interface Opener {
  /** The plaintext, or null when the message is not authentic. */
  open(nonce: Bytes, sealed: Bytes): Promise<Bytes | null>;
}

let nativeSupport: Promise<boolean> | null = null;

/** Tried once for each page: only some browsers have it (WICG "Modern Algorithms in the Web Cryptography API"). */
function isNative(): Promise<boolean> {
  nativeSupport ??= openNatively(new Uint8Array(32), new Uint8Array(12), probe).then(
    (plain) => plain.length === 0,
    () => false,
  );
  return nativeSupport;
}

/** The empty message under an all-zero key and nonce. */
const probe = ownBytes(chacha20poly1305(new Uint8Array(32), new Uint8Array(12)).encrypt(new Uint8Array(0)));

async function openNatively(key: Bytes | CryptoKey, nonce: Bytes, sealed: Bytes): Promise<Bytes> {
  const cryptoKey = key instanceof Uint8Array ? await importKey(key) : key;
  return new Uint8Array(
    await crypto.subtle.decrypt({ name: NAME, iv: nonce } as Algorithm, cryptoKey, sealed),
  );
}

function importKey(key: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw-secret" as "raw", key, NAME, false, ["decrypt"]);
}

export async function createOpener(key: Bytes): Promise<Opener> {
  if (!(await isNative())) return { open: async (nonce, sealed) => openInScript(key, nonce, sealed) };
  const cryptoKey = await importKey(key);
  return { open: (nonce, sealed) => openNatively(cryptoKey, nonce, sealed).catch(() => null) };
}

/** The plaintext, or null when the message is not authentic; at once, which small messages want. */
export function openInScript(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  aad?: Uint8Array,
): Bytes | null {
  try {
    return ownBytes(chacha20poly1305(key, nonce, aad).decrypt(sealed));
  } catch {
    return null;
  }
}
