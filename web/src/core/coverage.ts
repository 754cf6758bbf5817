/** What a neighbour may check: the drawing in force, said and signed by an owner's device, as plain files for openssl. */

import { type Bytes, concatBytes, sha256, toHex, utf8 } from "./bytes";
import { type DeviceKey, deviceSigner } from "./device_key";

export interface SignedCoverage {
  /** The exact text that is signed: JSON, members in this order. */
  readonly statement: string;
  /** Standard base64 of the Ed25519 signature (RFC 8032) over the statement's UTF-8. */
  readonly signature: string;
  /** The device's public key, as openssl reads it (RFC 8410). */
  readonly key: string;
  /** SHA-256 of the drawing's text, and of the public key: in hex, printed on the sheet. */
  readonly maskDigest: string;
  readonly keyDigest: string;
}

/** SubjectPublicKeyInfo of an Ed25519 key before its 32 bytes (RFC 8410 section 4). */
const SPKI_PREFIX = new Uint8Array([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]);

/** `mask` is the exact text in force, as `mask.get` tells it. */
export async function signCoverage(
  key: DeviceKey,
  about: { camera: string; name: string; mask: string; atMs: number },
): Promise<SignedCoverage> {
  const maskDigest = toHex(await sha256(utf8(about.mask)));
  const statement = JSON.stringify({
    stoop: "coverage",
    v: 1,
    camera: about.camera,
    name: about.name,
    at: new Date(about.atMs).toISOString(),
    mask_sha256: maskDigest,
    mask: about.mask,
  });
  const signature = base64(await deviceSigner(key).sign(utf8(statement)));
  const spki = base64(concatBytes(SPKI_PREFIX, key.publicKey));
  return {
    statement,
    signature,
    key: `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----\n`,
    maskDigest,
    keyDigest: toHex(await sha256(key.publicKey)),
  };
}

/** One file with all three parts, which `jq` takes apart. */
export function coverageFile({ statement, signature, key }: SignedCoverage): string {
  return `${JSON.stringify({ statement, signature, key }, null, 2)}\n`;
}

function base64(bytes: Bytes): string {
  return btoa(String.fromCharCode(...bytes));
}
