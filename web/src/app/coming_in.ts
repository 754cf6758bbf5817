/** Coming in by a code or a link that is good for one use. */

import type { Api } from "../core/api";
import { cameraIdFrom } from "../core/claim";
import { ApiError } from "../core/errors";
import type { KeyStore } from "../core/key_store";
import { acceptInvite } from "../core/pairing";
import { type RecoverOptions, recoverCamera } from "../core/recover";
import type { Home } from "./home";

/**
 * Does `step`, which uses the code or link up, and enters. Where it went well and entering failed, the next call only enters,
 * and gives what the step gave. Raises what `step` and `Home.enter` raise.
 */
export function comingIn<Given, Told>(
  home: Pick<Home, "enter">,
  step: (given: Given) => Promise<Told>,
): (given: Given) => Promise<Told> {
  let done: { readonly told: Told } | null = null;
  return async (given) => {
    done ??= { told: await step(given) };
    await home.enter();
    return done.told;
  };
}

/** The camera's name; null where the code was used up by an earlier try whose answer got lost. Raises as `recoverCamera`. */
export async function recoverHere(
  api: Api,
  keys: KeyStore,
  home: Pick<Home, "isMine">,
  options: RecoverOptions,
): Promise<string | null> {
  try {
    return (await recoverCamera(api, keys, options)).cameraName;
  } catch (error) {
    if (error instanceof ApiError && error.code === "no_code" && (await home.isMine())) return null;
    throw error;
  }
}

/** What the camera says of a link that was used, or is too old. */
export const SPENT = ["unknown_device", "bad_signature", "not_found", "no_code", "forbidden"];

/**
 * The camera's name; null where the link was used up by an earlier try of this browser whose answer got lost: **an owner's
 * recovery key, which comes once, is lost with it.** In a browser that was in before, a spent link was another's. Raises as
 * `acceptInvite`.
 */
export async function joinHere(
  api: Api,
  keys: KeyStore,
  home: Pick<Home, "isMine" | "stage">,
  link: string,
  deviceName: string,
): Promise<string | null> {
  const wasIn = home.stage.value.kind === "in";
  try {
    return (await acceptInvite(api, keys, link, deviceName)).cameraName;
  } catch (error) {
    const isSpent = error instanceof ApiError && SPENT.includes(error.code);
    if (!isSpent || wasIn || !(await home.isMine())) throw error;
    await keys.saveCameraId(await cameraIdFrom(api));
    return null;
  }
}
