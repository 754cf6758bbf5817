/** Claiming a camera: with the typed one-time code, which never leaves this browser, or with the key held before its lens. */

import { scryptAsync } from "@noble/hashes/scrypt.js";
import type { Api } from "./api";
import { type Bytes, ownBytes, utf8 } from "./bytes";
import { createDeviceKey, type DeviceKey, deviceSigner, publicKeyText } from "./device_key";
import { ApiError, FormatError, NoAnswerError } from "./errors";
import { recipientOf } from "./identity";
import { ed25519Signer, hmacSigner, type Signer, signJws } from "./jws";
import type { KeyStore } from "./key_store";

const CODE_SYMBOLS = 8;
const SYMBOLS = /^[0-9A-HJKMNP-TV-Z]*$/;

/** Crockford's base32 as people type it: case, dashes and spaces do not matter, O is 0, I and L are 1. */
function canonical(typed: string): string {
  return typed
    .toUpperCase()
    .replace(/[\s\-–—_]/g, "")
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");
}

export function isWholeClaimCode(typed: string): boolean {
  const code = canonical(typed);
  return code.length === CODE_SYMBOLS && SYMBOLS.test(code);
}

/** What is typed so far as it should look in the field: `XXXX-XXXX`, without what can be no symbol. */
export function shownClaimCode(typed: string): string {
  const code = [...canonical(typed)]
    .filter((symbol) => SYMBOLS.test(symbol))
    .join("")
    .slice(0, CODE_SYMBOLS);
  return code.length > 4 ? `${code.slice(0, 4)}-${code.slice(4)}` : code;
}

/** The eight symbols without the dash; raises FormatError when it can be no code. */
export function parseClaimCode(typed: string): string {
  const code = canonical(typed);
  if (!SYMBOLS.test(code)) throw new FormatError("the code has letters and digits only, and no U");
  if (code.length !== CODE_SYMBOLS) throw new FormatError(`the code has 8 symbols, not ${code.length}`);
  return code;
}

/** scrypt (RFC 7914) of the code, salted with the camera's id; takes up to a second on a phone. */
export async function claimKey(
  code: string,
  cameraId: string,
  onProgress?: (share: number) => void,
): Promise<Bytes> {
  const options = { N: 2 ** 14, r: 8, p: 1, dkLen: 32, asyncTick: 20, ...(onProgress ? { onProgress } : {}) };
  return ownBytes(await scryptAsync(utf8(code), utf8(cameraId), options));
}

export interface ClaimOptions {
  /** As typed; null: the key is held before the lens (`shownText`). */
  readonly code: string | null;
  readonly identity: string;
  readonly cameraName: string;
  readonly deviceName: string;
  readonly onProgress?: (share: number) => void;
}

/**
 * Makes this browser the first owner: keeps the keys, claims, and leaves `api` able to sign in.
 *
 * The keys are kept *before* the camera is asked, so that no power cut can leave a camera sealed to a lost key.
 * A second try uses the same device key. Raises FormatError, ApiError (`bad_code`, `not_shown`, `already_claimed`, …), NoAnswerError.
 */
export async function claimCamera(
  api: Api,
  keys: KeyStore,
  options: ClaimOptions,
): Promise<{ device: string }> {
  const code = options.code === null ? null : parseClaimCode(options.code);
  const camera = await cameraIdFrom(api);
  const deviceKey = await keptDeviceKey(keys);
  await keys.saveIdentity(options.identity);
  await keys.saveCameraId(camera);
  const signer: Signer =
    code === null
      ? ed25519Signer("shown", deviceKey.privateKey)
      : await hmacSigner("claim", await claimKey(code, camera, options.onProgress));
  const args = {
    device_key: publicKeyText(deviceKey),
    device_name: options.deviceName,
    recipient: await recipientOf(options.identity),
    camera_name: options.cameraName,
  };
  const { device } = await api.claim(
    await signJws(signer, { action: "claim", args, nonce: await api.nonce() }),
  );
  api.setSigner(deviceSigner(deviceKey));
  return { device };
}

/** What a screen shows the lens: this browser's public key, for this camera only. Nothing in it is secret. */
export function shownText(camera: string, key: DeviceKey): string {
  return `stoop1:${camera.slice(0, 8)}:${publicKeyText(key)}`;
}

/** Whether the camera just has not seen this browser's key yet. */
export function isNotShownYet(error: unknown): boolean {
  return error instanceof ApiError && error.code === "not_shown";
}

/** Raises NoAnswerError while the server has not met the camera. */
export async function cameraIdFrom(api: Api): Promise<string> {
  const { camera } = await api.hello();
  if (camera === null) throw new NoAnswerError("the camera is still starting, try again in a moment");
  return camera;
}

/** The device key of this browser, made where there is none. */
export async function keptDeviceKey(keys: KeyStore): Promise<DeviceKey> {
  const kept = await keys.deviceKey();
  if (kept) return kept;
  const made = await createDeviceKey();
  await keys.saveDeviceKey(made);
  return made;
}
