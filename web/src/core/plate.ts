/** Asks the camera for the plate, the picture without passers-by, and opens it. */

import { Decrypter } from "age-encryption";
import type { Api } from "./api";
import { fromBase64Url, ownBytes } from "./bytes";
import { AlteredError } from "./errors";
import { sleep } from "./timing";

export interface Plate {
  readonly png: Blob;
  readonly takenAtMs: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface PlateOptions {
  /** 0..1 of the minute that the camera looks. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
  /** Look anew even where the camera has a plate from before. */
  readonly isFresh?: boolean;
  readonly pollMs?: number;
}

/**
 * Asks until the plate is there, up to a minute. The camera logs it.
 *
 * Raises AlteredError when what came does not open, ApiError, NoAnswerError, the signal's reason.
 */
export async function fetchPlate(api: Api, identity: string, options: PlateOptions = {}): Promise<Plate> {
  for (let isFresh = options.isFresh ?? false; ; isFresh = false) {
    options.signal?.throwIfAborted();
    const reply = await api.command("plate.get", isFresh ? { fresh: true } : {});
    options.onProgress?.(reply.progress);
    if (reply.age !== null) {
      const png = await openPlate(reply.age, identity);
      return {
        png: new Blob([png], { type: "image/png" }),
        takenAtMs: reply.taken_at_ms ?? 0,
        widthPx: reply.width ?? 0,
        heightPx: reply.height ?? 0,
      };
    }
    await sleep(options.pollMs ?? 1000, options.signal);
  }
}

async function openPlate(age: string, identity: string) {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  try {
    return ownBytes(await decrypter.decrypt(fromBase64Url(age)));
  } catch (cause) {
    throw new AlteredError("the picture for drawing does not open with this browser's key", { cause });
  }
}
