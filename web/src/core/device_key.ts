/** The key that makes this browser a paired device: Ed25519, its private half never leaves WebCrypto. */

import { type Bytes, sha256, toBase64Url, toHex } from "./bytes";
import { ed25519Signer, type Signer } from "./jws";

export interface DeviceKey {
  /** 32 hex digits: the first 16 bytes of SHA-256 over the public key. */
  readonly id: string;
  readonly publicKey: Bytes;
  /** Non-extractable. */
  readonly privateKey: CryptoKey;
}

export async function deviceIdOf(publicKey: Bytes): Promise<string> {
  return toHex((await sha256(publicKey)).subarray(0, 16));
}

export async function createDeviceKey(): Promise<DeviceKey> {
  const pair = (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { id: await deviceIdOf(publicKey), publicKey, privateKey: pair.privateKey };
}

export function deviceSigner(key: DeviceKey): Signer {
  return ed25519Signer(key.id, key.privateKey);
}

/** The form in which commands carry a public key. */
export function publicKeyText(key: DeviceKey): string {
  return toBase64Url(key.publicKey);
}
