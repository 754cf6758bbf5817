import type { Bytes } from "./bytes";
import type { Clock, JournalRecord } from "./journal_types";
import type { ClipCause, ClipEnd, ListedClip, Role } from "./messages";
export interface ClipCard {
  readonly id: string;
  /** open: no closed card yet (being recorded, or ended early) */
  readonly state: "open" | "closed" | "deleted";
  readonly startedAtMs: number;
  readonly durationMs: number | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly cause: ClipCause;
  readonly end: ClipEnd | null;
  readonly clock: Clock;
  readonly mask: string | null;
  readonly thumbKey: Bytes | null;
  readonly deleted: { readonly atMs: number; readonly why: "owner" | "space"; readonly device: string | null } | null;
}
export declare function foldClips(records: readonly JournalRecord[]): readonly ClipCard[];
export interface ClipDay { /** YYYY-MM-DD, local */ readonly day: string; readonly clips: readonly ClipCard[] }
/** Newest day first, newest clip first. */
export declare function clipsByDay(clips: readonly ClipCard[], timeZone?: string): readonly ClipDay[];
export interface FileMismatch { readonly clip: string; readonly what: "missing" | "unlisted" | "size" }
/** What card and folder say differently: a closed clip without a file, a file without a card, another size. */
export declare function compareWithFiles(clips: readonly ClipCard[], files: readonly ListedClip[]): readonly FileMismatch[];
export type AccessEntry = { readonly key: string; readonly atMs: number; readonly device: string | null; readonly name: string | null } & (
  | { readonly what: "watched"; readonly seconds: number | null; readonly isOngoing: boolean }
  | { readonly what: "saw_plate" } | { readonly what: "claimed" } | { readonly what: "started"; readonly version: string }
  | { readonly what: "changed_mask"; readonly visible: number } | { readonly what: "changed_settings"; readonly setting: string }
  | { readonly what: "invited" | "paired" | "revoked"; readonly role: Role; readonly by: string | null }
  | { readonly what: "deleted_clip"; readonly clip: string; readonly why: "owner" | "space" });
/** Newest first. */
export declare function accessLog(records: readonly JournalRecord[]): readonly AccessEntry[];
