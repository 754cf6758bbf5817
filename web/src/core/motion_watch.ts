/** Asks the camera what moves right now, again and again while a live picture is on the page, and opens the answers. */

import type { Api } from "./api";
import { fromBase64Url } from "./bytes";
import { ApiError, NoAnswerError } from "./errors";
import { type MotionSeen, readSeen } from "./motion";
import { decrypterOf } from "./ring";
import { sleep } from "./timing";

export interface MotionWatchOptions {
  readonly signal: AbortSignal;
  /** Of the live picture that is shown now; null while there is none. */
  readonly viewer: () => string | null;
  /** Null while nothing is known. */
  readonly onSeen: (seen: MotionSeen | null) => void;
  readonly pauseMs?: number;
  readonly retryMs?: number;
}

const PAUSE_MS = 350;
const RETRY_MS = 2000;
/** What no waiting mends. */
const FINAL_CODES = new Set(["forbidden", "unknown_device", "bad_signature"]);

/**
 * Runs until the signal. The camera writes one record for each live picture, and answers no one without one.
 *
 * Raises ApiError when this device may not, AlteredError's kin when an answer does not open, the signal's reason.
 */
export async function watchMotion(api: Api, identity: string, options: MotionWatchOptions): Promise<never> {
  const opener = decrypterOf(identity);
  let nonce: string | undefined;
  for (;;) {
    options.signal.throwIfAborted();
    const viewer = options.viewer();
    let wait = options.pauseMs ?? PAUSE_MS;
    if (viewer === null) options.onSeen(null);
    else {
      try {
        const reply = await api.command("motion.watch", { viewer }, nonce);
        nonce = reply.nonce;
        const seen = readSeen(await opener.decrypt(fromBase64Url(reply.age), "text"));
        options.signal.throwIfAborted();
        options.onSeen(seen);
      } catch (error) {
        if (options.signal.aborted || !mayPass(error)) throw error;
        nonce = undefined;
        options.onSeen(null);
        wait = options.retryMs ?? RETRY_MS;
      }
    }
    await sleep(wait, options.signal);
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof NoAnswerError || (error instanceof ApiError && !FINAL_CODES.has(error.code));
}
