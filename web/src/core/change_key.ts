/** Changing the key that the camera seals to, and whether this browser holds the one in force (docs/design/0006). */

import type { Api } from "./api";
import { sha256, toHex, utf8 } from "./bytes";
import { ApiError, NoAnswerError, NoKeyError } from "./errors";
import { createIdentity, recipientOf } from "./identity";
import type { KeyStore } from "./key_store";
import { identitiesIn, joinRings } from "./ring";
import { sleep } from "./timing";

/** After these the camera may have changed the key all the same. */
const UNSURE = new Set(["storage", "internal", "camera_away"]);
/** How often the camera is asked then which key is in force; a slow card takes it over a little later. */
const ASKS = 4;
const PAUSE_MS = 1500;

/** How commands and records name a recipient. */
export async function digestOf(recipient: string): Promise<string> {
  return toHex(await sha256(utf8(recipient)));
}

/** How every identity of the ring is named. */
export async function digestsOf(ring: string): Promise<ReadonlySet<string>> {
  const named = identitiesIn(ring).map(async (identity) => digestOf(await recipientOf(identity)));
  return new Set(await Promise.all(named));
}

async function holds(ring: string | null, digest: string): Promise<boolean> {
  return (await digestsOf(ring ?? "")).has(digest);
}

/** False where the key was changed since: what is new does not open here. Raises ApiError, NoAnswerError. */
export async function holdsKeyInForce(api: Api, ring: string | null): Promise<boolean> {
  return holds(ring, (await api.command("key.get", {})).recipient);
}

/**
 * Makes a new identity, keeps it, and has the camera seal to it; `lost` is a device that is removed in the same step.
 * Returns the new ring.
 *
 * The old key gets nothing of it. A lost answer is no failure where the new key turns out to be in force. Raises NoKeyError
 * where this browser lacks the key in force, ApiError, NoAnswerError; both keys are kept then unless the camera surely refused.
 */
export async function changeKey(
  api: Api,
  keys: KeyStore,
  lost: string | null,
  pauseMs: number = PAUSE_MS,
): Promise<string> {
  const ring = await keys.identity();
  const { recipient: replaces } = await api.command("key.get", {});
  if (ring === null || !(await holds(ring, replaces)))
    throw new NoKeyError("this browser lacks the key in force: get it first");
  const made = await createIdentity();
  const next = joinRings(made, ring);
  await keys.saveIdentity(next);
  try {
    await api.command("key.change", { recipient: await recipientOf(made), replaces, device: lost });
  } catch (error) {
    const isUnsure = error instanceof NoAnswerError || (error instanceof ApiError && UNSURE.has(error.code));
    if (error instanceof ApiError && !isUnsure) await keys.saveIdentity(ring);
    if (!isUnsure || !(await isTakenOver(api, made, pauseMs))) throw error;
  }
  return next;
}

async function isTakenOver(api: Api, made: string, pauseMs: number): Promise<boolean> {
  for (let asked = 0; asked < ASKS; asked++) {
    if (asked > 0) await sleep(pauseMs);
    if (await holdsKeyInForce(api, made).catch(() => false)) return true;
  }
  return false;
}
