/** From an entry of the record to a plain sentence; pure. */

import type { AccessEntry, ClipCard } from "../../core/cards";
import type { IconName } from "../../ui/icon";
import { percent } from "../draw/loosening";
import { span } from "../when";
import { words } from "../words";

export type LineKind = "look" | "change" | "other";

export interface LogLine {
  readonly key: string;
  readonly atMs: number;
  readonly kind: LineKind;
  readonly icon: IconName;
  readonly text: string;
  /** A clip that the line leads to. */
  readonly clip: string | null;
}

const nameOf = (name: string | null) => name ?? words.common.unknownDevice;
const hiddenPercent = (visible: number) => Math.round((1 - visible) * 100);

interface Said {
  readonly kind: LineKind;
  readonly icon: IconName;
  readonly text: string;
}

function watched(entry: Extract<AccessEntry, { what: "watched" }>, name: string): string {
  if (entry.seconds !== null) return words.log.viewed(name, span(entry.seconds));
  return entry.isOngoing ? words.log.viewed(name, null) : words.log.viewedUnknown(name);
}

function maskSet(entry: Extract<AccessEntry, { what: "changed_mask" }>, name: string): string {
  const hidden = hiddenPercent(entry.visible);
  return entry.loosened > 0
    ? words.log.maskLoosened(name, hidden, percent(entry.loosened))
    : words.log.maskSet(name, hidden);
}

/** What each device was last called: some entries name only the device. */
function namesOf(entries: readonly AccessEntry[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { device, name } of entries) if (device && name && !names.has(device)) names.set(device, name);
  return names;
}

function say(entry: AccessEntry, names: ReadonlyMap<string, string>): Said {
  const name = nameOf(entry.name ?? names.get(entry.device ?? "") ?? null);
  const by = "by" in entry ? nameOf(names.get(entry.by ?? "") ?? null) : name;
  switch (entry.what) {
    case "watched":
      return { kind: "look", icon: "eye", text: watched(entry, name) };
    case "saw_plate":
      return { kind: "look", icon: "draw", text: words.log.plate(name) };
    case "saw_traffic":
      return { kind: "look", icon: "draw", text: words.log.traffic(name) };
    case "updated":
      return { kind: "change", icon: "download", text: words.log.updated(name) };
    case "set_clock":
      return { kind: "change", icon: "info", text: words.log.clock(name) };
    case "set_up_motion":
      return { kind: "look", icon: "motion", text: words.log.setUpMotion(name) };
    case "rang":
      return {
        kind: "other",
        icon: "bell",
        text: entry.device ? words.log.bellTried(name) : words.log.bellRang,
      };
    case "talked":
      return { kind: "look", icon: "mic", text: words.log.talked(name) };
    case "said":
      return { kind: "other", icon: "mic", text: words.log.said(name, entry.phrase) };
    case "right_noted":
      return {
        kind: "other",
        icon: "person",
        text: words.rights.noted(name, words.rights.kinds[entry.kind]),
      };
    case "right_closed":
      return { kind: "other", icon: "check", text: words.rights.closed(name) };
    case "way_out": {
      const say = entry.isOpened ? words.ways.openedBy : words.ways.closedBy;
      return { kind: "change", icon: "share", text: say(name, entry.place) };
    }
    case "parcel":
      return {
        kind: "other",
        icon: "parcel",
        text: entry.isLeft ? words.parcels.left : words.parcels.taken,
      };
    case "view_moved":
      return { kind: "other", icon: "warning", text: words.log.viewMoved };
    case "claimed":
      return { kind: "change", icon: "key", text: words.log.claimed(name) };
    case "changed_key":
      return { kind: "change", icon: "key", text: words.log.changedKey(name) };
    case "recovered":
      return { kind: "change", icon: "key", text: words.log.recovered(name) };
    case "started":
      return { kind: "other", icon: "power", text: words.log.started };
    case "changed_mask":
      return { kind: "change", icon: "draw", text: maskSet(entry, name) };
    case "mask_waits": {
      const more = percent(entry.loosened);
      return {
        kind: "change",
        icon: "lock",
        text: entry.isLock ? words.log.unlockAsked(name) : words.log.maskWaits(name, more),
      };
    }
    case "mask_cancelled":
      return {
        kind: "change",
        icon: "lock",
        text: entry.isLock ? words.log.unlockCancelled(name) : words.log.maskCancelled(name),
      };
    case "changed_settings":
      return { kind: "change", icon: "settings", text: words.log.settings(name, settingOf(entry.setting)) };
    case "invited":
      return {
        kind: "change",
        icon: "share",
        text: words.log.invited(by, words.devices.roles[entry.role]),
      };
    case "paired":
      return {
        kind: "change",
        icon: "devices",
        text: words.log.paired(name, words.devices.roles[entry.role]),
      };
    case "revoked":
      return { kind: "change", icon: "close", text: words.log.revoked(name, by) };
    case "deleted_clip":
      if (entry.why === "space") return { kind: "other", icon: "trash", text: words.log.clipDeletedSpace };
      if (entry.why === "age") return { kind: "other", icon: "trash", text: words.log.clipDeletedAge };
      return { kind: "change", icon: "trash", text: words.log.clipDeletedOwner(name) };
    case "kept_clip":
      return {
        kind: "change",
        icon: "bookmark",
        text: entry.isKept ? words.log.clipKept(name) : words.log.clipLetGo(name),
      };
  }
}

function settingOf(setting: string): string {
  return setting
    .split(/[,\s]+/)
    .map((each) => words.log.settingNames[each] ?? each)
    .join(", ");
}

function clipLine(card: ClipCard): LogLine | null {
  if (card.state !== "closed" || card.durationMs === null) return null;
  const cause = words.log.clipCauses[card.cause ?? "motion"];
  const text = words.log.clipClosed(span(card.durationMs / 1000), cause);
  return {
    key: `clip ${card.id}`,
    atMs: card.startedAtMs,
    kind: "other",
    icon: "clips",
    text,
    clip: card.id,
  };
}

/** Newest first. */
export function logLines(entries: readonly AccessEntry[], clips: readonly ClipCard[]): LogLine[] {
  const names = namesOf(entries);
  const lines: LogLine[] = entries.map((entry) => ({
    ...say(entry, names),
    key: entry.key,
    atMs: entry.atMs,
    clip: null,
  }));
  for (const card of clips) {
    const line = clipLine(card);
    if (line) lines.push(line);
  }
  return lines.sort((a, b) => b.atMs - a.atMs);
}
