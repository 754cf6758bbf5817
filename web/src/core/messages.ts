/** What the HTTP API carries (docs/design/0001, sections 6 and 8), as types. */

export type Role = "owner" | "viewer";
export type ClipCause = "motion" | "press" | "manual" | "message";
export type ClipEnd = "quiet" | "cap" | "stopped" | "off" | "fault";

export interface Hello {
  /** The camera's id; null while the server has not met it since its start. */
  readonly camera: string | null;
  readonly claimed: boolean | null;
  /** False while the server waits for the camera process. */
  readonly online: boolean;
  readonly version: string;
}

export interface Me {
  readonly device: string;
  readonly name: string;
  readonly role: Role;
}

export interface Session {
  readonly id: string;
  readonly device: string;
  readonly name: string;
  readonly role: Role;
  readonly current: boolean;
  /** Seconds since the login. */
  readonly age_s: number;
}

export interface CameraState {
  readonly camera_id: string;
  readonly version: string;
  readonly name: string;
  readonly is_claimed: boolean;
  readonly is_watching: boolean;
  readonly is_delivering: boolean;
  readonly source: string;
  readonly width_px: number;
  readonly height_px: number;
  readonly fps: number;
  readonly mask: { readonly digest: string; readonly visible_share: number } | null;
  readonly has_motion: boolean;
  readonly recording_clip: string | null;
  readonly viewers: number;
  readonly clips_bytes: number;
  readonly fault: string | null;
  /** Whether the view is the one that the drawing is for; black in `checking` and `moved`. */
  readonly view: "unknown" | "checking" | "confirmed" | "moved";
  /** A drawing that shows more and waits: not in force. Hours of running time, rounded up. */
  readonly pending_mask?: {
    readonly digest: string;
    readonly newly_visible: number;
    readonly hours_left: number;
  } | null;
  /** Until the lock on showing more goes off; null when nobody asked for that. */
  readonly unlock_hours_left?: number | null;
  /** The camera looks for a minute from each press only, and records nothing. */
  readonly is_bell_only?: boolean;
  /** Bell-only, and nobody pressed within the last minute. */
  readonly is_dark?: boolean;
  /** Until bell-only mode ends; null when nobody asked for that. */
  readonly wake_hours_left?: number | null;
  /** Whether an owner talks to the door. */
  readonly is_talking?: boolean;
  /** What is wrong with the sound of that conversation. */
  readonly talk_fault?: string | null;
  /** The owner chose that clips hold what is said at the door. */
  readonly records_sound?: boolean;
  /** Why the clips of now hold no sound although they should. */
  readonly sound_fault?: string | null;
  /** The owner chose that a visitor whom nobody answers may leave a message. */
  readonly takes_messages?: boolean;
  /** Until sound is recorded, and messages are taken; null when nobody asked for that. */
  readonly sound_hours_left?: number | null;
  readonly message_hours_left?: number | null;
}

/** `kind` is one of the kinds of `camera.contract.messages.Event`. */
export interface CameraEvent {
  readonly kind: string;
  readonly at_ms: number;
  readonly clip: string | null;
}

export interface ListedClip {
  readonly id: string;
  readonly bytes: number;
}

export interface ListedEpoch {
  readonly epoch: number;
  readonly bytes: number;
}

export interface PairedDevice {
  readonly device: string;
  readonly name: string;
  readonly role: Role;
  readonly paired_at_ms: number;
}

/** All files of a kind on the card; the times are those of the file system. */
export interface InventoryPile {
  readonly kind: string;
  readonly files: number;
  readonly bytes: number;
  readonly oldest_ms: number | null;
  readonly newest_ms: number | null;
}

/** What a thief would find, as the camera saw it; of names at most twenty each. */
export interface Inventory {
  readonly piles: readonly InventoryPile[];
  readonly clips_ever: number | null;
  readonly unexpected_keys: readonly string[];
  readonly strange: readonly string[];
  readonly strange_count: number;
  /** What the camera itself may not look into. */
  readonly unread: readonly string[];
}

/** How long clips stay, and how much of the card they may use. */
export interface Keeping {
  /** Of the camera's running time. */
  readonly keep_hours: number;
  /** 0..1, of the card. */
  readonly share: number;
  readonly room_bytes: number;
  readonly clips_bytes: number;
  /** Of those, what kept clips use. */
  readonly kept_bytes: number;
}

export interface Settings {
  readonly camera_name: string;
  readonly watching: boolean;
  readonly record_on_motion: boolean;
  /** Showing more waits a day. */
  readonly loosening_lock: boolean;
  /** Look only when the bell rings. */
  readonly bell_only: boolean;
  /** Clips hold what is said at the door. */
  readonly record_sound: boolean;
  /** Whom nobody answers may leave a message. */
  readonly visitor_message: boolean;
}

export interface PlateReply {
  readonly progress: number;
  /** False while a better picture than the one in `age` is in the making, or none is there yet. */
  readonly final: boolean;
  readonly age: string | null;
  readonly taken_at_ms: number | null;
  readonly width: number | null;
  readonly height: number | null;
}

export interface MotionArea {
  /** To step into (3 points or more), or to cross (a line of 2, or the border of more). */
  readonly kind: "enter" | "cross";
  readonly points: readonly (readonly [number, number])[];
}

/** Left, top, width, height; shares 0..1. */
export type MotionBox = readonly [number, number, number, number];

/** A clip that was a false alarm, and where and when it is calmer for it. Minutes are of the UTC day. */
export interface CalmerPlace {
  readonly clip: string;
  readonly box: MotionBox;
  readonly from_minute: number;
  readonly to_minute: number;
  readonly at_ms: number;
}

export interface StandingAdult {
  readonly far_y: number;
  readonly far_height: number;
  readonly near_y: number;
  readonly near_height: number;
}

export interface MotionTold {
  /** 0..1, 0.5 is normal. */
  readonly sensitivity: number;
  readonly areas: readonly MotionArea[];
  readonly adult: StandingAdult | null;
  readonly calmer: readonly CalmerPlace[];
  /** Why the default is in force although something was set; null when all is well. */
  readonly fault: string | null;
  /** False while the camera's clock is not set: then it is nowhere calmer. */
  readonly knows_time: boolean;
}

/** Minutes of the local day in an IANA zone. */
export interface QuietHours {
  readonly from_minute: number;
  readonly to_minute: number;
  readonly zone: string;
}

export interface BellReply {
  /** 0..1 */
  readonly volume: number;
  readonly quiet: QuietHours | null;
  readonly fault: string | null;
  readonly press_to_sound_ms: number | null;
}

/** What somebody asks: to get what there is of them, or to have it deleted. */
export type RightKind = "access" | "erasure";

/** Where parcels land: corners, 0..1; null where no place is watched. */
export interface ParcelTold {
  readonly area: readonly (readonly [number, number])[] | null;
}

/** One of the owner's phrases for the door. */
export interface Reply {
  readonly reply: string;
  readonly name: string;
  readonly seconds: number;
}

export interface RepliesTold {
  readonly replies: readonly Reply[];
  /** Why the last phrase was not heard; null when all is well. */
  readonly fault: string | null;
}

/** Those that lead to an address which the owner typed. */
export type AddressedKind = "mqtt" | "ntfy" | "webhook" | "mirror";
export type HoleKind = AddressedKind | "push";
export type NoticeKind = "ring" | "motion" | "offline";

interface HolePlace {
  /** A number, never a name. */
  readonly address: string;
  readonly port: number;
  /** Outside of the house, and meant. */
  readonly is_off_lan?: boolean;
  /** What the other side calls itself, for TLS. */
  readonly name?: string;
  readonly secret?: string;
}

/** One way out, as the camera takes it. */
export type Hole = HolePlace &
  (
    | { readonly kind: "mqtt"; readonly user?: string }
    | {
        readonly kind: "ntfy";
        readonly topic: string;
        readonly is_tls?: boolean;
        readonly notices?: readonly NoticeKind[];
        readonly cooldown_s?: number;
      }
    | {
        readonly kind: "webhook";
        readonly path?: string;
        readonly is_tls?: boolean;
        readonly notices?: readonly NoticeKind[];
        readonly cooldown_s?: number;
      }
    | {
        readonly kind: "mirror";
        readonly protocol: "sftp" | "webdav" | "s3";
        readonly user?: string;
        readonly folder?: string;
        readonly is_tls?: boolean;
        /** Null: copies are never deleted by us. */
        readonly keep_days?: number | null;
      }
  );

/** What the courier said last; never believed further than to be shown. */
export interface HoleReport {
  readonly word: "trying" | "working" | "failing";
  readonly why: string;
  readonly at_ms: number | null;
  readonly waiting: number;
  readonly waiting_clips: number;
  readonly dropped: number;
  readonly missed: number;
  readonly identity: string;
}

/** One way out that is open: all that the owner set, but the secret. */
export interface OpenHole {
  readonly kind: HoleKind;
  readonly address?: string;
  readonly port?: number;
  readonly place: string;
  /** Of a push hole: the devices that take notices. */
  readonly phones?: readonly string[];
  readonly has_secret: boolean;
  /** Null: the courier is starting, or does not run. */
  readonly report: HoleReport | null;
  readonly is_off_lan?: boolean;
  readonly name?: string;
  readonly user?: string;
  readonly topic?: string;
  readonly path?: string;
  readonly is_tls?: boolean;
  readonly notices?: readonly NoticeKind[];
  readonly cooldown_s?: number;
  readonly protocol?: "sftp" | "webdav" | "s3";
  readonly folder?: string;
  readonly keep_days?: number | null;
}

export interface WaysTold {
  readonly holes: readonly OpenHole[];
  readonly snooze_left_s: number;
}

type Nothing = Record<string, never>;

/** Each command that a paired device sends through `POST /api/commands`: its arguments and its result. */
export interface Commands {
  "live.renew": { args: { viewer: string }; result: { lives_s: number } };
  "mask.get": { args: Nothing; result: { mask: string | null; digest: string | null } };
  "mask.set": {
    args: { mask: string; replaces: string | null; loosens?: boolean };
    result: { digest: string; visible: number; waits_s: number };
  };
  "mask.cancel": { args: Nothing; result: Nothing };
  "plate.get": { args: { fresh?: boolean; seen?: number }; result: PlateReply };
  "clock.offer": { args: { at_ms: number }; result: { taken: boolean } };
  "traffic.get": { args: Nothing; result: { minutes: number; age: string | null } };
  "motion.get": { args: Nothing; result: MotionTold };
  "motion.set": {
    args: { sensitivity?: number; areas?: readonly MotionArea[]; adult?: StandingAdult | null };
    result: MotionTold;
  };
  "motion.watch": { args: { viewer: string }; result: { age: string; nonce: string } };
  "clip.false_alarm": {
    args: { clip: string; box: MotionBox; from_minute: number; to_minute: number };
    result: MotionTold;
  };
  "clip.false_alarm_undo": { args: { clip: string }; result: MotionTold };
  "clip.record": { args: Nothing; result: Nothing };
  "clip.delete": { args: { clip: string }; result: Nothing };
  "clip.keep": { args: { clip: string; kept: boolean }; result: Nothing };
  "inventory.get": { args: Nothing; result: Inventory };
  "keeping.get": { args: Nothing; result: Keeping };
  "keeping.set": { args: { keep_hours?: number; share?: number }; result: Keeping };
  "device.invite": {
    args: { invite: string; public_key: string; role: Role; sealed_identity: string | null };
    result: { expires_s: number };
  };
  "device.list": { args: Nothing; result: { devices: readonly PairedDevice[] } };
  "device.revoke": { args: { device: string }; result: Nothing };
  "talk.open": { args: { viewer: string }; result: Nothing };
  "talk.close": { args: { viewer: string }; result: Nothing };
  "right.note": { args: { kind: RightKind; about: string }; result: { right: string } };
  "right.close": { args: { right: string; how: string }; result: Nothing };
  "parcel.get": { args: Nothing; result: ParcelTold };
  "parcel.set": { args: ParcelTold; result: ParcelTold };
  "reply.list": { args: Nothing; result: RepliesTold };
  "reply.add": { args: { name: string; sound: string }; result: RepliesTold };
  "reply.delete": { args: { reply: string }; result: RepliesTold };
  "reply.play": { args: { reply: string }; result: { seconds: number } };
  "holes.get": { args: Nothing; result: WaysTold };
  "holes.set": { args: { hole: Hole; keeps_secret?: boolean }; result: WaysTold };
  "holes.close": { args: { kind: HoleKind }; result: WaysTold };
  "holes.test": { args: { kind: HoleKind }; result: WaysTold };
  "push.key": { args: Nothing; result: { public_key: string } };
  "push.join": {
    args: { endpoint: string; key: string; auth: string; notices: readonly NoticeKind[]; cooldown_s: number };
    result: WaysTold;
  };
  "push.leave": { args: { device: string }; result: WaysTold };
  "holes.snooze": { args: { minutes: number }; result: WaysTold };
  "update.get": { args: Nothing; result: UpdateTold };
  "update.install": { args: { sha256: string; size_bytes: number }; result: Nothing };
  "bell.test": { args: Nothing; result: Nothing };
  "bell.get": { args: Nothing; result: BellReply };
  "bell.set": { args: { volume?: number; quiet?: QuietHours | null }; result: BellReply };
  "key.get": { args: Nothing; result: { recipient: string } };
  "key.change": {
    args: { recipient: string; replaces: string; device: string | null };
    result: { recipient: string };
  };
  "settings.get": { args: Nothing; result: Settings };
  "settings.set": { args: Partial<Settings>; result: Settings };
}

export type Action = keyof Commands;

/** What came of the last update since the camera's machine started. */
export interface UpdateOutcome {
  readonly way: "app" | "stick" | "card" | "command";
  readonly word: "installing" | "installed" | "refused" | "failed";
  /** Empty unless it came through the app. */
  readonly sha256: string;
  readonly version: string;
  readonly running: string;
  readonly sentence: string;
  readonly at_ms: number;
}

export interface UpdateTold {
  /** False where this camera has no updater: a demo, a checkout. */
  readonly possible: boolean;
  readonly version: string;
  readonly most_bytes: number;
  readonly outcome: UpdateOutcome | null;
}
