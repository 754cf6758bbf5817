/** Asks the camera for the plate, the picture without passers-by, and opens it. */

import type { Api } from "./api";
import { type Bytes, fromBase64Url, ownBytes } from "./bytes";
import { AlteredError } from "./errors";
import type { PlateReply } from "./messages";
import { decrypterOf } from "./ring";
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
  /** A blurred picture, after some ten seconds: enough to begin drawing on until the final one is there. */
  readonly onDraft?: (plate: Plate) => void;
  readonly signal?: AbortSignal;
  /** Look anew even where the camera has a plate from before. */
  readonly isFresh?: boolean;
  readonly pollMs?: number;
}

/**
 * Asks until the final plate is there, about a minute. The camera logs each that it hands out.
 *
 * Raises AlteredError when what came does not open, ApiError, NoAnswerError, the signal's reason.
 */
export async function fetchPlate(api: Api, identity: string, options: PlateOptions = {}): Promise<Plate> {
  let seen: number | null = null;
  for (let isFresh = options.isFresh ?? false; ; isFresh = false) {
    options.signal?.throwIfAborted();
    const reply: PlateReply = await api.command("plate.get", {
      ...(isFresh && { fresh: true }),
      ...(seen !== null && { seen }),
    });
    options.onProgress?.(reply.progress);
    if (reply.age !== null) {
      const plate = plateOf(reply, await openPlate(reply.age, identity));
      if (reply.final) return plate;
      seen = plate.takenAtMs;
      options.onDraft?.(plate);
    }
    await sleep(options.pollMs ?? 1000, options.signal);
  }
}

function plateOf(reply: PlateReply, png: Bytes): Plate {
  return {
    png: new Blob([png], { type: "image/png" }),
    takenAtMs: reply.taken_at_ms ?? 0,
    widthPx: reply.width ?? 0,
    heightPx: reply.height ?? 0,
  };
}

async function openPlate(age: string, identity: string) {
  const decrypter = decrypterOf(identity);
  try {
    return ownBytes(await decrypter.decrypt(fromBase64Url(age)));
  } catch (cause) {
    throw new AlteredError("the picture for drawing does not open with this browser's key", { cause });
  }
}
