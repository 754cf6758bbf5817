/** Becoming an owner again: the code that `stoop recover` printed, and the recovery sheet (docs/design/0006). */

import type { Api } from "./api";
import { type Bytes, concatBytes, fromBase64Url, ownBytes, toBase64Url, utf8 } from "./bytes";
import { cameraIdFrom, claimKey, keptDeviceKey, parseClaimCode } from "./claim";
import { deviceSigner, publicKeyText } from "./device_key";
import { NoKeyError } from "./errors";
import { parseIdentity } from "./identity";
import { hmacSigner, signJws } from "./jws";
import type { KeyStore } from "./key_store";
import { decrypterOf, identitiesIn, joinRings } from "./ring";

const PROOF_LABEL = utf8("stoop-recover-v1");

export interface RecoverOptions {
  /** Both as typed. */
  readonly code: string;
  readonly sheet: string;
  readonly deviceName: string;
  readonly onProgress?: (share: number) => void;
}

/**
 * Proves to the camera that the sheet is here, and leaves `api` able to sign in. The keys are kept before the camera is
 * asked, beside those that this browser has already.
 *
 * Raises FormatError for a code or sheet that can be none, NoKeyError when the sheet is not the one in force (no try is
 * spent then), ApiError (`bad_code`, `no_code`, …), NoAnswerError.
 */
export async function recoverCamera(
  api: Api,
  keys: KeyStore,
  options: RecoverOptions,
): Promise<{ readonly device: string; readonly cameraName: string }> {
  const code = parseClaimCode(options.code);
  const ring = await parseIdentity(options.sheet);
  const camera = await cameraIdFrom(api);
  const signer = await hmacSigner("recover", await claimKey(code, camera, options.onProgress));
  const say = async (action: string, args: object) =>
    signJws(signer, { action, args, nonce: await api.nonce() });
  const { challenge } = await api.recoverBegin(await say("recover.begin", {}));
  const { identity, secret } = await openWith(ring, fromBase64Url(challenge));
  const deviceKey = await keptDeviceKey(keys);
  const kept = await keys.identity().catch(() => null);
  await keys.saveIdentity(joinRings(identity, joinRings(ring, kept)));
  await keys.saveCameraId(camera);
  const args = {
    device_key: publicKeyText(deviceKey),
    device_name: options.deviceName,
    proof: toBase64Url(await proofOf(secret, deviceKey.publicKey)),
  };
  const done = await api.recover(await say("recover", args));
  api.setSigner(deviceSigner(deviceKey));
  return { device: done.device, cameraName: done.camera_name };
}

/** Which identity of the sheet is in force: the one that the question was sealed to. */
async function openWith(ring: string, challenge: Bytes): Promise<{ identity: string; secret: Bytes }> {
  for (const identity of identitiesIn(ring)) {
    try {
      return { identity, secret: ownBytes(await decrypterOf(identity).decrypt(challenge)) };
    } catch {
      // the next one may fit
    }
  }
  throw new NoKeyError("this recovery key is not the one in force: take the newest sheet");
}

/** Bound to this browser's key, so that whoever carries it cannot use it for another. */
async function proofOf(secret: Bytes, deviceKey: Bytes): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, concatBytes(PROOF_LABEL, deviceKey)));
}
