/** Records of the journal (docs/design/0001, section 5) and what its verification found, in plain data. */

import type { Bytes } from "./bytes";
import type { ClipCause, ClipEnd, Role } from "./messages";

interface Common {
  readonly at_ms: number;
  /** Where the record stands: epoch and index therein. */
  readonly epoch: number;
  readonly index: number;
}

interface ByDevice {
  readonly device: string;
  readonly name: string;
}

export type Clock = "synced" | "offered" | "unsynced";

export type JournalRecord = Common &
  (
    | { readonly t: "camera.started"; readonly version: string }
    | ({ readonly t: "camera.claimed" | "owner.recovered" } & ByDevice)
    | {
        readonly t: "clip.opened";
        readonly clip: string;
        readonly cause: ClipCause;
        readonly mask: string;
        readonly clock: Clock;
        /** Whether sound was to be recorded. */
        readonly sound: boolean;
      }
    | {
        readonly t: "clip.closed";
        readonly clip: string;
        readonly started_at_ms: number;
        readonly duration_ms: number;
        readonly bytes: number;
        readonly sha256: string;
        readonly end: ClipEnd;
        readonly cause: ClipCause;
        /** Key of the thumbnail. */
        readonly thumb: Bytes | null;
        /** How much sound was heard; null where none was to be. */
        readonly sound_ms: number | null;
      }
    | {
        readonly t: "clip.deleted";
        readonly clip: string;
        readonly why: "owner" | "space" | "age";
        readonly device: string | null;
      }
    | ({ readonly t: "clip.kept"; readonly clip: string; readonly kept: boolean } & ByDevice)
    | ({ readonly t: "view.started"; readonly viewer: string } & ByDevice)
    | ({
        readonly t: "view.ended";
        readonly viewer: string;
        readonly seconds: number;
        readonly why: string;
      } & ByDevice)
    | ({ readonly t: "talk.started"; readonly viewer: string } & ByDevice)
    | ({ readonly t: "reply.played"; readonly what: string } & ByDevice)
    | ({
        readonly t: "talk.ended";
        readonly viewer: string;
        readonly seconds: number;
        readonly why: string;
      } & ByDevice)
    | ({ readonly t: "clock.offered"; readonly was_at_ms: number } & ByDevice)
    | ({ readonly t: "plate.viewed" | "traffic.viewed" | "motion.watched" } & ByDevice)
    | { readonly t: "view.moved" }
    | ({
        readonly t: "right.noted";
        readonly right: string;
        readonly kind: "access" | "erasure";
        readonly what: string;
      } & ByDevice)
    | ({ readonly t: "right.closed"; readonly right: string; readonly what: string } & ByDevice)
    | ({ readonly t: "update.asked"; readonly what: string } & ByDevice)
    | ({ readonly t: "hole.opened" | "hole.closed"; readonly what: string } & ByDevice)
    | { readonly t: "parcel.seen"; readonly what: "left" | "taken" }
    /** `device` null: the button at the door; else who tried the bell. */
    | { readonly t: "bell.rang"; readonly device: string | null; readonly name: string | null }
    | ({
        readonly t: "mask.changed";
        readonly old: string | null;
        readonly new: string | null;
        readonly visible: number;
        /** Share that was hidden before; 0 in journals of cameras that did not say. */
        readonly loosened: number;
      } & ByDevice)
    /** A drawing that shows more waits; `new` null: the lock itself is to go off. */
    | ({ readonly t: "mask.pending"; readonly new: string | null; readonly loosened: number } & ByDevice)
    | ({
        readonly t: "mask.cancelled";
        readonly new: string | null;
        readonly why: string;
      } & ByDevice)
    | {
        readonly t: "device.invited" | "device.paired" | "device.revoked";
        /** Null of an invited one, which nobody has yet. */
        readonly device: string | null;
        readonly name: string | null;
        readonly role: Role;
        readonly by: string | null;
      }
    /** The last record that the old key opens; `recipient` is the SHA-256 of the new one. */
    | ({ readonly t: "key.changed"; readonly recipient: string } & ByDevice)
    | ({ readonly t: "settings.changed"; readonly what: string } & ByDevice)
    /** A record of a kind that this page does not know yet. */
    | { readonly t: "unknown"; readonly kind: string }
  );

/** How far the journal was read when this browser last saw it whole. */
export interface JournalPin {
  readonly epoch: number;
  readonly records: number;
  readonly root: string;
}

/**
 * Worst first: `altered`, `rolled_back`, `gap`, `other_key`, `older_key`, `torn_tail`, `complete`. `other_key`: sealed to
 * a key that this browser lacks, after a change of keys that it could read of; `older_key`: before anything that it opens.
 */
export type JournalVerdict =
  | "complete"
  | "torn_tail"
  | "other_key"
  | "older_key"
  | "gap"
  | "altered"
  | "rolled_back";

export interface JournalProblem {
  readonly verdict: Exclude<JournalVerdict, "complete">;
  readonly epoch: number;
  /** The record concerned, or null for the whole epoch. */
  readonly index: number | null;
  readonly detail: string;
}

export interface Journal {
  readonly records: readonly JournalRecord[];
  readonly verdict: JournalVerdict;
  readonly problems: readonly JournalProblem[];
  /** What to keep as the next pin; null when nothing could be read or when the old pin did not hold. */
  readonly pin: JournalPin | null;
}

export interface EpochFile {
  readonly epoch: number;
  readonly bytes: Bytes;
}
