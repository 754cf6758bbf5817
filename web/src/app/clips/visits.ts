/** One clip as the screens show it, from its card in the record and its file on the camera's card. */

import type { Bytes } from "../../core/bytes";
import { type ClipCard, compareWithFiles, type Sounding } from "../../core/cards";
import type { ClipCause, ListedClip } from "../../core/messages";

export type Badge = "early" | "altered" | "unlisted" | "missing";

export interface Visit {
  readonly id: string;
  /** Null when the record has no entry for it. */
  readonly atMs: number | null;
  readonly durationS: number | null;
  readonly cause: ClipCause | null;
  readonly thumbKey: Bytes | null;
  readonly badge: Badge | null;
  readonly isRecording: boolean;
  readonly isClockUnsure: boolean;
  readonly isKept: boolean;
  readonly sound: Sounding;
}

function badgeOf(card: ClipCard, mismatch: "missing" | "unlisted" | "size" | undefined): Badge | null {
  if (mismatch === "missing") return "missing";
  if (card.state === "open") return "early";
  return mismatch === "size" ? "altered" : null;
}

/** Newest first (ids grow). Deleted clips are left out, and so is an open card without a file: nothing was kept. */
export function visitsOf(
  cards: readonly ClipCard[],
  files: readonly ListedClip[],
  recording: string | null,
): Visit[] {
  const mismatches = new Map(compareWithFiles(cards, files).map((found) => [found.clip, found.what]));
  const onCard = new Set(files.map((file) => file.id));
  const visits = new Map<string, Visit>();
  for (const card of cards) {
    if (card.state === "deleted" || (card.state === "open" && !onCard.has(card.id))) continue;
    const isRecording = card.id === recording && card.state === "open";
    visits.set(card.id, {
      id: card.id,
      atMs: card.startedAtMs,
      durationS: card.durationMs === null ? null : card.durationMs / 1000,
      cause: card.cause,
      thumbKey: card.thumbKey,
      badge: isRecording ? null : badgeOf(card, mismatches.get(card.id)),
      isRecording,
      isClockUnsure: card.clock === "unsynced",
      isKept: card.isKept,
      sound: card.sound,
    });
  }
  const deleted = new Set(cards.filter((card) => card.state === "deleted").map((card) => card.id));
  for (const file of files) {
    if (visits.has(file.id) || deleted.has(file.id)) continue;
    visits.set(file.id, unlisted(file.id, file.id === recording));
  }
  return [...visits.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}

function unlisted(id: string, isRecording: boolean): Visit {
  const badge = isRecording ? null : "unlisted";
  return {
    id,
    atMs: null,
    durationS: null,
    cause: null,
    thumbKey: null,
    badge,
    isRecording,
    isClockUnsure: false,
    isKept: false,
    sound: "none",
  };
}
