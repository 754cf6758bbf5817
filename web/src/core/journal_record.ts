/** The JSON of one journal record as a typed value. */

import { fromBase64Url } from "./bytes";
import type { JournalRecord } from "./journal_types";
import { Shape } from "./shape";

type Content = JournalRecord extends infer R
  ? R extends JournalRecord
    ? Omit<R, keyof Place>
    : never
  : never;

interface Place {
  readonly at_ms: number;
  readonly epoch: number;
  readonly index: number;
}

const CAUSES = ["motion", "press", "manual", "message"] as const;
const ENDS = ["quiet", "cap", "stopped", "off", "fault"] as const;
const CLIP_ID_BYTES = 16;
const DIGEST_BYTES = 32;

function byDevice(s: Shape): { device: string; name: string } {
  return { device: s.text("device"), name: s.text("name") };
}

const READERS: Readonly<Record<string, (s: Shape) => Content>> = {
  "camera.started": (s) => ({ t: "camera.started", version: s.text("version") }),
  "camera.claimed": (s) => ({ t: "camera.claimed", ...byDevice(s) }),
  "owner.recovered": (s) => ({ t: "owner.recovered", ...byDevice(s) }),
  "clip.opened": (s) => ({
    t: "clip.opened",
    clip: s.hex("clip", CLIP_ID_BYTES),
    cause: s.oneOf("cause", CAUSES),
    mask: s.text("mask"),
    clock: s.oneOf("clock", ["synced", "offered", "unsynced"]),
    sound: s.has("sound") && s.flag("sound"),
  }),
  "clip.closed": (s) => ({
    t: "clip.closed",
    clip: s.hex("clip", CLIP_ID_BYTES),
    started_at_ms: s.amount("started_at_ms"),
    duration_ms: s.amount("duration_ms"),
    bytes: s.count("bytes"),
    sha256: s.hex("sha256", DIGEST_BYTES),
    end: s.oneOf("end", ENDS),
    cause: s.oneOf("cause", CAUSES),
    thumb: s.orNull("thumb", (shape) => fromBase64Url(shape.text("thumb"))),
    sound_ms: s.has("sound_ms") ? s.orNull("sound_ms", (shape) => shape.amount("sound_ms")) : null,
  }),
  "clip.deleted": (s) => ({
    t: "clip.deleted",
    clip: s.hex("clip", CLIP_ID_BYTES),
    why: s.oneOf("why", ["owner", "space", "age"]),
    device: s.orNull("device", (shape) => shape.text("device")),
  }),
  "clip.kept": (s) => ({
    t: "clip.kept",
    clip: s.hex("clip", CLIP_ID_BYTES),
    kept: s.flag("kept"),
    ...byDevice(s),
  }),
  "view.started": (s) => ({ t: "view.started", viewer: s.text("viewer"), ...byDevice(s) }),
  "view.ended": (s) => ({
    t: "view.ended",
    viewer: s.text("viewer"),
    ...byDevice(s),
    seconds: s.amount("seconds"),
    why: s.text("why"),
  }),
  "reply.played": (s) => ({ t: "reply.played", ...byDevice(s), what: s.text("what") }),
  "talk.started": (s) => ({ t: "talk.started", viewer: s.text("viewer"), ...byDevice(s) }),
  "talk.ended": (s) => ({
    t: "talk.ended",
    viewer: s.text("viewer"),
    ...byDevice(s),
    seconds: s.amount("seconds"),
    why: s.text("why"),
  }),
  "plate.viewed": (s) => ({ t: "plate.viewed", ...byDevice(s) }),
  "bell.rang": (s) => ({
    t: "bell.rang",
    device: s.orNull("device", (shape) => shape.text("device")),
    name: s.orNull("name", (shape) => shape.text("name")),
  }),
  "right.noted": (s) => ({
    t: "right.noted",
    ...byDevice(s),
    right: s.text("right"),
    kind: s.oneOf("kind", ["access", "erasure"]),
    what: s.text("what"),
  }),
  "right.closed": (s) => ({
    t: "right.closed",
    ...byDevice(s),
    right: s.text("right"),
    what: s.text("what"),
  }),
  "update.asked": (s) => ({ t: "update.asked", ...byDevice(s), what: s.text("what") }),
  "hole.opened": (s) => ({ t: "hole.opened", ...byDevice(s), what: s.text("what") }),
  "hole.closed": (s) => ({ t: "hole.closed", ...byDevice(s), what: s.text("what") }),
  "parcel.seen": (s) => ({ t: "parcel.seen", what: s.oneOf("what", ["left", "taken"]) }),
  "view.moved": () => ({ t: "view.moved" }),
  "motion.watched": (s) => ({ t: "motion.watched", ...byDevice(s) }),
  "clock.offered": (s) => ({ t: "clock.offered", ...byDevice(s), was_at_ms: s.amount("was_at_ms") }),
  "traffic.viewed": (s) => ({ t: "traffic.viewed", ...byDevice(s) }),
  "mask.changed": (s) => ({
    t: "mask.changed",
    ...byDevice(s),
    old: s.orNull("old", (shape) => shape.hex("old", DIGEST_BYTES)),
    new: s.orNull("new", (shape) => shape.hex("new", DIGEST_BYTES)),
    visible: s.amount("visible"),
    loosened: s.has("loosened") ? s.amount("loosened") : 0,
  }),
  "mask.pending": (s) => ({
    t: "mask.pending",
    ...byDevice(s),
    new: s.orNull("new", (shape) => shape.hex("new", DIGEST_BYTES)),
    loosened: s.amount("loosened"),
  }),
  "mask.cancelled": (s) => ({
    t: "mask.cancelled",
    ...byDevice(s),
    new: s.orNull("new", (shape) => shape.hex("new", DIGEST_BYTES)),
    why: s.text("why"),
  }),
  "device.invited": (s) => ({ t: "device.invited", ...aboutDevice(s) }),
  "device.paired": (s) => ({ t: "device.paired", ...aboutDevice(s) }),
  "device.revoked": (s) => ({ t: "device.revoked", ...aboutDevice(s) }),
  "key.changed": (s) => ({
    t: "key.changed",
    ...byDevice(s),
    recipient: s.hex("recipient", DIGEST_BYTES),
  }),
  "settings.changed": (s) => ({ t: "settings.changed", ...byDevice(s), what: s.text("what") }),
};

function aboutDevice(s: Shape) {
  return {
    device: s.orNull("device", (shape) => shape.text("device")) || null,
    name: s.orNull("name", (shape) => shape.text("name")) || null,
    role: s.oneOf("role", ["owner", "viewer"]),
    by: s.orNull("by", (shape) => shape.text("by")),
  };
}

/** A kind that this page does not know becomes `unknown`. Raises FormatError when a known kind has another shape. */
export function readRecord(json: string, epoch: number, index: number): JournalRecord {
  const shape = Shape.parse(json, `record ${index} of epoch ${epoch}`);
  const kind = shape.text("t");
  const content = Object.hasOwn(READERS, kind) ? READERS[kind]?.(shape) : undefined;
  const place = { at_ms: shape.amount("at_ms"), epoch, index };
  return { ...(content ?? { t: "unknown" as const, kind }), ...place } as JournalRecord;
}
