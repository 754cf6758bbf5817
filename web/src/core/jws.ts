/** Compact JWS (RFC 7515) as the camera takes them; signs, never verifies. */

import { type Bytes, toBase64Url, utf8 } from "./bytes";

/** Something that signs as `kid`: a paired device, an invite or the claim code. */
export interface Signer {
  readonly kid: string;
  readonly alg: "EdDSA" | "HS256";
  sign(message: Bytes): Promise<Bytes>;
}

export interface CommandPayload {
  readonly action: string;
  readonly args: object;
  readonly nonce: string;
}

export function ed25519Signer(kid: string, privateKey: CryptoKey): Signer {
  return {
    kid,
    alg: "EdDSA",
    sign: async (message) => new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, message)),
  };
}

export async function hmacSigner(kid: string, key: Bytes): Promise<Signer> {
  const hmacKey = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return {
    kid,
    alg: "HS256",
    sign: async (message) => new Uint8Array(await crypto.subtle.sign("HMAC", hmacKey, message)),
  };
}

/** `base64url(header).base64url(payload).base64url(signature)` with exactly the members of section 6. */
export async function signJws(signer: Signer, payload: CommandPayload): Promise<string> {
  const header = { alg: signer.alg, kid: signer.kid, typ: "stoop+jws" };
  const body = { action: payload.action, args: payload.args, nonce: payload.nonce };
  const signed = [header, body].map((part) => toBase64Url(utf8(JSON.stringify(part)))).join(".");
  return `${signed}.${toBase64Url(await signer.sign(utf8(signed)))}`;
}
