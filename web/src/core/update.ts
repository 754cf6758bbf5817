/** Sends an update up in small pieces, hashing what is sent; and what it means when the camera then says this or that. */

import { sha256 } from "@noble/hashes/sha2.js";
import type { Api } from "./api";
import { toHex } from "./bytes";
import { NoAnswerError } from "./errors";
import type { UpdateOutcome, UpdateTold } from "./messages";

/** The server takes no longer body. */
export const PIECE_BYTES = 64 * 1024;
const TRIES = 4;
const PAUSE_MS = 1000;
/** So long after it was asked, an updater that said nothing has not begun. */
export const SILENT_MS = 90_000;

export interface SentUpdate {
  readonly sha256: string;
  readonly size_bytes: number;
}

export interface SendOptions {
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
  readonly pauseMs?: number;
}

/**
 * A piece whose answer got lost is sent again: the server knows that it has it.
 *
 * Raises what the API raises, and the signal's reason.
 */
export async function sendUpdate(api: Api, file: Blob, options: SendOptions = {}): Promise<SentUpdate> {
  const hash = sha256.create();
  for (let offset = 0; offset < file.size; offset += PIECE_BYTES) {
    const piece = new Uint8Array(await file.slice(offset, offset + PIECE_BYTES).arrayBuffer());
    hash.update(piece);
    for (let left = TRIES - 1; ; left -= 1) {
      options.signal?.throwIfAborted();
      try {
        await api.updatePiece(offset, piece, options.signal);
        break;
      } catch (error) {
        if (!(error instanceof NoAnswerError) || left === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, options.pauseMs ?? PAUSE_MS));
      }
    }
    options.onProgress?.((offset + piece.length) / file.size);
  }
  return { sha256: toHex(hash.digest()), size_bytes: file.size };
}

/** What the page asked for, and what it has heard since. */
export interface Waiting {
  readonly sha256: string;
  /** The outcome that was told before it was asked: the same file may have been tried then. */
  readonly known: UpdateOutcome | null;
  /** The version that ran when it was asked. */
  readonly before: string;
  /** Whether the camera was out of reach meanwhile, as it is while it starts again. */
  readonly wasAway: boolean;
  /** Since it was asked, or since another update was last seen under way. */
  readonly waitedMs: number;
}

/** Whether another update is under way, so that this one's turn is still to come. */
export const isBehindAnother = (sha256: string, { outcome }: UpdateTold): boolean =>
  outcome?.word === "installing" && outcome.sha256 !== sha256;

export type UpdateEnd =
  | { readonly kind: "installed"; readonly version: string }
  | { readonly kind: "refused" | "failed"; readonly running: string; readonly sentence: string }
  /** The machine itself started again, and says nothing of an update. */
  | { readonly kind: "as_before"; readonly running: string }
  | { readonly kind: "silent" };

/** By difference, not by order: the clock may have been put back over the restart. */
const isSame = (a: UpdateOutcome | null, b: UpdateOutcome) => a?.at_ms === b.at_ms && a.word === b.word;

/** Null while it goes on. An outcome of another update, or of an earlier try, is none of this one. */
export function endOf(waiting: Waiting, told: UpdateTold): UpdateEnd | null {
  const { outcome } = told;
  if (outcome?.sha256 === waiting.sha256 && !isSame(waiting.known, outcome)) {
    if (outcome.word === "installing") return null;
    if (outcome.word === "installed") return { kind: "installed", version: outcome.version };
    return { kind: outcome.word, running: outcome.running || told.version, sentence: outcome.sentence };
  }
  if (outcome === null && told.version !== waiting.before)
    return { kind: "installed", version: told.version };
  if (outcome === null && waiting.wasAway) return { kind: "as_before", running: told.version };
  if (isBehindAnother(waiting.sha256, told)) return null;
  return waiting.waitedMs > SILENT_MS ? { kind: "silent" } : null;
}
