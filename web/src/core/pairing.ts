/** Inviting a further browser and accepting an invite; the link's secret stays in the fragment. */

import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Api } from "./api";
import {
  type Bytes,
  concatBytes,
  fromBase64Url,
  fromUtf8,
  ownBytes,
  randomBytes,
  toBase64Url,
  toHex,
  utf8,
} from "./bytes";
import { cameraIdFrom, keptDeviceKey } from "./claim";
import { deviceSigner, publicKeyText } from "./device_key";
import { AlteredError, FormatError, NoKeyError } from "./errors";
import { ed25519Signer, type Signer, signJws } from "./jws";
import type { KeyStore } from "./key_store";
import type { Role } from "./messages";
import { joinRings } from "./ring";

const SECRET_BYTES = 32;
const IV_BYTES = 12;
/** PKCS #8 around an Ed25519 seed (RFC 8410 section 7). */
const PKCS8_PREFIX = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);

export interface Invite {
  readonly inviteId: string;
  readonly role: Role;
  /** To show as text and as a QR code. **Whoever opens it first is paired.** */
  readonly link: string;
  readonly expiresS: number;
}

/** Raises NoKeyError when an owner is invited from a browser that holds no identity. */
export async function invite(api: Api, keys: KeyStore, origin: string, role: Role): Promise<Invite> {
  const secret = randomBytes(SECRET_BYTES);
  const inviteId = toHex(randomBytes(16));
  const { expires_s } = await api.command("device.invite", {
    invite: inviteId,
    public_key: toBase64Url(await invitePublicKey(secret)),
    role,
    sealed_identity: role === "owner" ? await sealedIdentity(keys, secret) : null,
  });
  return { inviteId, role, link: pairLink(origin, inviteId, secret), expiresS: expires_s };
}

async function sealedIdentity(keys: KeyStore, secret: Bytes): Promise<string> {
  const identity = await keys.identity();
  if (identity === null)
    throw new NoKeyError("this browser holds no recovery key to hand on: enter it first");
  return toBase64Url(await wrapIdentity(secret, identity));
}

export function pairLink(origin: string, inviteId: string, secret: Bytes): string {
  return `${origin}/pair#${inviteId}.${toBase64Url(secret)}`;
}

/** Takes the whole link, or its fragment with or without `#`. Raises FormatError. */
export function parsePairLink(link: string): { readonly inviteId: string; readonly secret: Bytes } {
  const match = /^(?:.*#)?([0-9a-f]{32})\.([A-Za-z0-9_-]{43})$/.exec(link.trim());
  if (!match) throw new FormatError("this is no whole invitation link: ask for a new one");
  return { inviteId: match[1] as string, secret: fromBase64Url(match[2] as string) };
}

function derive(secret: Bytes, purpose: "sign" | "wrap"): Bytes {
  return ownBytes(hkdf(sha256, secret, utf8(""), utf8(`stoop/pair/${purpose}`), 32));
}

function importSeed(secret: Bytes, isExtractable: boolean): Promise<CryptoKey> {
  const seed = concatBytes(PKCS8_PREFIX, derive(secret, "sign"));
  return crypto.subtle.importKey("pkcs8", seed, "Ed25519", isExtractable, ["sign"]);
}

/** WebCrypto tells the public half only through an exported private key, which serves nothing else here. */
export async function invitePublicKey(secret: Bytes): Promise<Bytes> {
  const exported = await crypto.subtle.exportKey("jwk", await importSeed(secret, true));
  return fromBase64Url(exported.x as string);
}

export async function inviteSigner(inviteId: string, secret: Bytes): Promise<Signer> {
  return ed25519Signer(`invite:${inviteId}`, await importSeed(secret, false));
}

function wrappingKey(secret: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", derive(secret, "wrap"), "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** 12-byte IV ‖ AES-256-GCM ciphertext. */
export async function wrapIdentity(secret: Bytes, identity: string): Promise<Bytes> {
  const iv = randomBytes(IV_BYTES);
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv },
    await wrappingKey(secret),
    utf8(identity),
  );
  return concatBytes(iv, new Uint8Array(sealed));
}

/** Raises AlteredError when it was not wrapped under this link's secret. */
export async function unwrapIdentity(secret: Bytes, wrapped: Bytes): Promise<string> {
  const algorithm = { name: "AES-GCM", iv: wrapped.slice(0, IV_BYTES) };
  try {
    const plain = await crypto.subtle.decrypt(algorithm, await wrappingKey(secret), wrapped.slice(IV_BYTES));
    return fromUtf8(new Uint8Array(plain));
  } catch (cause) {
    throw new AlteredError("the key handed over does not belong to this link: ask for a new one", { cause });
  }
}

/** What was handed over comes first: whoever hands over knows which is in force. */
async function keepIdentity(keys: KeyStore, ring: string): Promise<void> {
  await keys.saveIdentity(joinRings(ring, await keys.identity().catch(() => null)));
}

export interface Accepted {
  readonly device: string;
  readonly role: Role;
  readonly cameraName: string;
}

/**
 * Pairs this browser: keeps its device key and, for an owner, the identity; leaves `api` able to sign in.
 *
 * Raises FormatError, ApiError (`not_found` once the link is used or too old), AlteredError.
 */
export async function acceptInvite(
  api: Api,
  keys: KeyStore,
  link: string,
  deviceName: string,
): Promise<Accepted> {
  const { inviteId, secret } = parsePairLink(link);
  const camera = await cameraIdFrom(api);
  const deviceKey = await keptDeviceKey(keys);
  const args = { device_key: publicKeyText(deviceKey), device_name: deviceName };
  const signer = await inviteSigner(inviteId, secret);
  const paired = await api.pair(await signJws(signer, { action: "pair", args, nonce: await api.nonce() }));
  await keys.saveCameraId(camera);
  api.setSigner(deviceSigner(deviceKey));
  if (paired.sealed_identity !== null)
    await keepIdentity(keys, await unwrapIdentity(secret, fromBase64Url(paired.sealed_identity)));
  return { device: paired.device, role: paired.role, cameraName: paired.camera_name };
}
