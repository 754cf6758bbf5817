/** Folds the journal's records into the list of clips and the log of who looked: plain data, no keys but thumbnails'. */

import type { Bytes } from "./bytes";
import type { Clock, JournalRecord } from "./journal_types";
import type { ClipCause, ClipEnd, ListedClip, Role } from "./messages";

export interface Deletion {
  readonly atMs: number;
  readonly why: "owner" | "space" | "age";
  readonly device: string | null;
}

/** `part`: the microphone failed for some of it; `dead`: for all of it. */
export type Sounding = "none" | "all" | "part" | "dead";

export interface ClipCard {
  readonly id: string;
  /** `open`: no closed card yet; being recorded, or ended early. */
  readonly state: "open" | "closed" | "deleted";
  readonly startedAtMs: number;
  readonly durationMs: number | null;
  /** Size and SHA-256 of the sealed file. */
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly cause: ClipCause | null;
  readonly end: ClipEnd | null;
  readonly clock: Clock;
  /** Digest of the mask in force. */
  readonly mask: string | null;
  readonly thumbKey: Bytes | null;
  /** Stays until an owner deletes it. */
  readonly isKept: boolean;
  readonly deleted: Deletion | null;
  readonly sound: Sounding;
}

/** Newest first (ids sort by age whatever the clock did). Deleted clips are in it, as `deleted`. */
export function foldClips(records: readonly JournalRecord[]): readonly ClipCard[] {
  const cards = new Map<string, ClipCard>();
  for (const record of records) {
    if (!isOfClip(record)) continue;
    cards.set(record.clip, advance(cards.get(record.clip) ?? blank(record.clip, record.at_ms), record));
  }
  return [...cards.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}

type ClipRecord = Extract<JournalRecord, { t: "clip.opened" | "clip.closed" | "clip.deleted" | "clip.kept" }>;

const OF_CLIPS: readonly string[] = ["clip.opened", "clip.closed", "clip.deleted", "clip.kept"];
const isOfClip = (record: JournalRecord): record is ClipRecord => OF_CLIPS.includes(record.t);

function blank(id: string, atMs: number): ClipCard {
  const unknown = { durationMs: null, bytes: null, sha256: null, cause: null, end: null, mask: null };
  return {
    id,
    state: "open",
    startedAtMs: atMs,
    ...unknown,
    clock: "unsynced",
    thumbKey: null,
    isKept: false,
    deleted: null,
    sound: "none",
  };
}

function advance(card: ClipCard, record: ClipRecord): ClipCard {
  switch (record.t) {
    case "clip.opened":
      return {
        ...card,
        cause: record.cause,
        mask: record.mask,
        clock: record.clock,
        sound: record.sound ? "all" : "none",
      };
    case "clip.closed":
      return {
        ...card,
        state: card.state === "deleted" ? "deleted" : "closed",
        startedAtMs: record.started_at_ms,
        durationMs: record.duration_ms,
        bytes: record.bytes,
        sha256: record.sha256,
        cause: record.cause,
        end: record.end,
        thumbKey: record.thumb,
        sound: soundingOf(record.sound_ms, record.duration_ms),
      };
    case "clip.deleted":
      return {
        ...card,
        state: "deleted",
        deleted: { atMs: record.at_ms, why: record.why, device: record.device },
      };
    case "clip.kept":
      return { ...card, isKept: record.kept };
  }
}

/** A microphone takes a moment to open, and sound ends a moment before its picture. */
const MOST_MISSING_MS = 2500;

export function soundingOf(soundMs: number | null, durationMs: number): Sounding {
  if (soundMs === null) return "none";
  if (soundMs === 0) return "dead";
  return durationMs - soundMs > MOST_MISSING_MS ? "part" : "all";
}

export interface ClipDay {
  /** YYYY-MM-DD in local time. */
  readonly day: string;
  readonly clips: readonly ClipCard[];
}

/** Days in the order of their newest clip. `timeZone` (IANA) is the browser's own unless given. */
export function clipsByDay(clips: readonly ClipCard[], timeZone?: string): readonly ClipDay[] {
  const dayOf = dayFormatter(timeZone);
  const days = new Map<string, ClipCard[]>();
  for (const clip of clips) {
    const day = dayOf(clip.startedAtMs);
    const list = days.get(day);
    if (list) list.push(clip);
    else days.set(day, [clip]);
  }
  return [...days].map(([day, list]) => ({ day, clips: list }));
}

function dayFormatter(timeZone?: string): (atMs: number) => string {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  // Swedish writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat("sv-SE", timeZone === undefined ? parts : { ...parts, timeZone });
  return (atMs) => format.format(atMs);
}

export interface FileMismatch {
  readonly clip: string;
  /** `missing`: a closed card without a file; `unlisted`: a file without a card; `size`: it differs from the card. */
  readonly what: "missing" | "unlisted" | "size";
}

/** What the journal and the folder say differently. A deleted clip whose file is still there counts as unlisted. */
export function compareWithFiles(
  clips: readonly ClipCard[],
  files: readonly ListedClip[],
): readonly FileMismatch[] {
  const sizes = new Map(files.map((file) => [file.id, file.bytes]));
  const known = new Set(clips.filter((clip) => clip.state !== "deleted").map((clip) => clip.id));
  const mismatches: FileMismatch[] = [];
  for (const clip of clips) {
    const bytes = sizes.get(clip.id);
    if (clip.state !== "closed") continue;
    if (bytes === undefined) mismatches.push({ clip: clip.id, what: "missing" });
    else if (bytes !== clip.bytes) mismatches.push({ clip: clip.id, what: "size" });
  }
  for (const file of files) if (!known.has(file.id)) mismatches.push({ clip: file.id, what: "unlisted" });
  return mismatches;
}

type AccessKind =
  | { readonly what: "watched"; readonly seconds: number | null; readonly isOngoing: boolean }
  | {
      readonly what:
        | "saw_plate"
        | "saw_traffic"
        | "set_clock"
        | "updated"
        | "set_up_motion"
        | "claimed"
        | "recovered"
        | "changed_key"
        | "view_moved"
        | "rang"
        | "talked";
    }
  | { readonly what: "started"; readonly version: string }
  | { readonly what: "changed_mask"; readonly visible: number; readonly loosened: number }
  /** `isLock`: not a drawing, but the lock itself. */
  | { readonly what: "mask_waits"; readonly isLock: boolean; readonly loosened: number }
  | { readonly what: "mask_cancelled"; readonly isLock: boolean }
  | {
      readonly what: "right_noted";
      readonly right: string;
      readonly kind: "access" | "erasure";
      readonly about: string;
    }
  | { readonly what: "right_closed"; readonly right: string; readonly how: string }
  | { readonly what: "way_out"; readonly isOpened: boolean; readonly place: string }
  | { readonly what: "parcel"; readonly isLeft: boolean }
  | { readonly what: "said"; readonly phrase: string }
  | { readonly what: "changed_settings"; readonly setting: string }
  | { readonly what: "invited" | "paired" | "revoked"; readonly role: Role; readonly by: string | null }
  | { readonly what: "deleted_clip"; readonly clip: string; readonly why: "owner" | "space" | "age" }
  | { readonly what: "kept_clip"; readonly clip: string; readonly isKept: boolean };

export type AccessEntry = {
  /** Unique and stable. */
  readonly key: string;
  readonly atMs: number;
  readonly device: string | null;
  readonly name: string | null;
} & AccessKind;

/** Newest first. A view is one entry: its start, and once it ended its length. */
export function accessLog(records: readonly JournalRecord[]): readonly AccessEntry[] {
  const ends = new Map<string, number>();
  for (const record of records) if (record.t === "view.ended") ends.set(record.viewer, record.seconds);
  const lastStart = records.findLast((record) => record.t === "camera.started");
  const entries: AccessEntry[] = [];
  for (const record of records) {
    const kind = accessKind(record, ends, lastStart ?? null);
    if (!kind) continue;
    const device = "device" in record ? record.device : null;
    const name = "name" in record ? record.name : null;
    entries.push({ key: `${record.epoch}.${record.index}`, atMs: record.at_ms, device, name, ...kind });
  }
  return entries.reverse();
}

function accessKind(
  record: JournalRecord,
  ends: ReadonlyMap<string, number>,
  lastStart: JournalRecord | null,
): AccessKind | null {
  switch (record.t) {
    case "camera.started":
      return { what: "started", version: record.version };
    case "camera.claimed":
      return { what: "claimed" };
    case "owner.recovered":
      return { what: "recovered" };
    case "key.changed":
      return { what: "changed_key" };
    case "view.started": {
      const seconds = ends.get(record.viewer) ?? null;
      return { what: "watched", seconds, isOngoing: seconds === null && !isBefore(record, lastStart) };
    }
    case "plate.viewed":
      return { what: "saw_plate" };
    case "clock.offered":
      return { what: "set_clock" };
    case "traffic.viewed":
      return { what: "saw_traffic" };
    case "motion.watched":
      return { what: "set_up_motion" };
    case "update.asked":
      return { what: "updated" };
    case "bell.rang":
      return { what: "rang" };
    case "talk.started":
      return { what: "talked" };
    case "reply.played":
      return { what: "said", phrase: record.what };
    case "right.noted":
      return { what: "right_noted", right: record.right, kind: record.kind, about: record.what };
    case "right.closed":
      return { what: "right_closed", right: record.right, how: record.what };
    case "hole.opened":
    case "hole.closed":
      return { what: "way_out", isOpened: record.t === "hole.opened", place: record.what };
    case "parcel.seen":
      return { what: "parcel", isLeft: record.what === "left" };
    case "view.moved":
      return { what: "view_moved" };
    case "mask.changed":
      return { what: "changed_mask", visible: record.visible, loosened: record.loosened };
    case "mask.pending":
      return { what: "mask_waits", isLock: record.new === null, loosened: record.loosened };
    case "mask.cancelled":
      return { what: "mask_cancelled", isLock: record.new === null };
    case "settings.changed":
      return { what: "changed_settings", setting: record.what };
    case "device.invited":
      return { what: "invited", role: record.role, by: record.by };
    case "device.paired":
      return { what: "paired", role: record.role, by: record.by };
    case "device.revoked":
      return { what: "revoked", role: record.role, by: record.by };
    case "clip.deleted":
      return { what: "deleted_clip", clip: record.clip, why: record.why };
    case "clip.kept":
      return { what: "kept_clip", clip: record.clip, isKept: record.kept };
    default:
      return null;
  }
}

/** A view that began before the camera last started is over, even where its end was never written. */
function isBefore(record: JournalRecord, start: JournalRecord | null): boolean {
  if (!start) return false;
  return record.epoch < start.epoch || (record.epoch === start.epoch && record.index < start.index);
}
