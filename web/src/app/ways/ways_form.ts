/** The forms of ways out as plain data: which fields each kind has, and what the camera is sent for them. */

import { isHouseAddress, isNumericAddress } from "../../core/addresses";
import type { AddressedKind, Hole, NoticeKind, OpenHole } from "../../core/messages";

export type FieldName =
  | "protocol"
  | "address"
  | "port"
  | "folder"
  | "topic"
  | "path"
  | "user"
  | "secret"
  | "key"
  | "name"
  | "isTls"
  | "notices"
  | "keepDays";

/** What the owner typed; everything as text, so that nothing is lost on the way. */
export interface Draft {
  readonly protocol: "sftp" | "webdav" | "s3";
  readonly address: string;
  readonly port: string;
  readonly folder: string;
  readonly topic: string;
  readonly path: string;
  readonly user: string;
  readonly secret: string;
  readonly name: string;
  readonly isTls: boolean;
  readonly hasKey: boolean;
  readonly notices: readonly NoticeKind[];
  /** No notice of the same kind for so long; a ring is always told. */
  readonly cooldownS: number;
  /** "" is never. */
  readonly keepDays: string;
}

const PORTS = { mqtt: "1883", ntfy: "80", webhook: "8123", mirror: "22" } as const;
const MIRROR_PORTS = { sftp: "22", webdav: "80", s3: "9000" } as const;

export function emptyDraft(kind: AddressedKind): Draft {
  return {
    protocol: "sftp",
    address: "",
    port: PORTS[kind],
    folder: "stoop",
    topic: "",
    path: "/",
    user: "",
    secret: "",
    name: "",
    isTls: false,
    hasKey: false,
    notices: ["ring", "offline"],
    cooldownS: 60,
    keepDays: "30",
  };
}

/** Of what is open: all but the secret, which nobody is told. */
export function draftOf(hole: OpenHole): Draft {
  const empty = emptyDraft(hole.kind as AddressedKind);
  return {
    ...empty,
    protocol: hole.protocol ?? empty.protocol,
    address: hole.address ?? "",
    port: hole.port === undefined ? empty.port : String(hole.port),
    folder: hole.folder ?? empty.folder,
    topic: hole.topic ?? "",
    path: hole.path ?? empty.path,
    user: hole.user ?? "",
    name: hole.name ?? "",
    isTls: hole.is_tls ?? false,
    notices: hole.notices ?? empty.notices,
    cooldownS: hole.cooldown_s ?? empty.cooldownS,
    keepDays: hole.keep_days === null ? "" : String(hole.keep_days ?? 30),
  };
}

/** Another protocol brings its usual port, unless the owner typed one of their own. */
export function withProtocol(draft: Draft, protocol: Draft["protocol"]): Draft {
  const isUsual = Object.values(MIRROR_PORTS).includes(draft.port as (typeof MIRROR_PORTS)["sftp"]);
  return { ...draft, protocol, port: isUsual ? MIRROR_PORTS[protocol] : draft.port };
}

/** In the order in which they stand. */
export function fieldsOf(kind: AddressedKind, draft: Draft): readonly FieldName[] {
  switch (kind) {
    case "mqtt":
      return ["address", "port", "user", "secret"];
    case "ntfy":
      return [
        "address",
        "port",
        "isTls",
        ...(draft.isTls ? (["name"] as const) : []),
        "topic",
        "secret",
        "notices",
      ];
    case "webhook":
      return [
        "address",
        "port",
        "isTls",
        ...(draft.isTls ? (["name"] as const) : []),
        "path",
        "secret",
        "notices",
      ];
    case "mirror":
      return draft.protocol === "sftp"
        ? ["protocol", "address", "port", "user", draft.hasKey ? "key" : "secret", "folder", "keepDays"]
        : ["protocol", "address", "port", "isTls", "user", "secret", "folder", "keepDays"];
  }
}

export type Flaw = "address" | "port" | "topic" | "secret" | "notices" | "keepDays" | "user";

/** The first field that cannot be sent, or null. `keepsSecret`: an empty secret stays the one that is there. */
export function flawOf(kind: AddressedKind, draft: Draft, keepsSecret: boolean): Flaw | null {
  if (!isNumericAddress(draft.address.trim())) return "address";
  const port = Number(draft.port);
  if (!/^\d{1,5}$/.test(draft.port) || port < 1 || port > 65_535) return "port";
  if (kind === "ntfy" && !/^[A-Za-z0-9_-]{1,64}$/.test(draft.topic)) return "topic";
  if (kind === "mirror" && draft.user.trim() === "") return "user";
  if (kind === "webhook" && !keepsSecret && draft.secret.length < 16) return "secret";
  if (kind === "mirror" && !keepsSecret && draft.secret === "") return "secret";
  if ((kind === "ntfy" || kind === "webhook") && draft.notices.length === 0) return "notices";
  if (kind === "mirror" && draft.keepDays !== "" && !/^[1-9]\d{0,3}$/.test(draft.keepDays)) return "keepDays";
  return null;
}

export function isOutside(draft: Draft): boolean {
  return !isHouseAddress(draft.address.trim());
}

export function holeOf(kind: AddressedKind, draft: Draft): Hole {
  const place = {
    address: draft.address.trim(),
    port: Number(draft.port),
    ...(isOutside(draft) ? { is_off_lan: true } : {}),
    ...(draft.secret ? { secret: draft.secret } : {}),
  };
  const told = { notices: draft.notices, cooldown_s: draft.cooldownS };
  const tls = {
    is_tls: draft.isTls,
    ...(draft.isTls && draft.name.trim() ? { name: draft.name.trim() } : {}),
  };
  switch (kind) {
    case "mqtt":
      return { kind, ...place, user: draft.user.trim() };
    case "ntfy":
      return { kind, ...place, ...tls, topic: draft.topic, ...told };
    case "webhook":
      return { kind, ...place, ...tls, path: draft.path || "/", ...told };
    case "mirror": {
      const keep_days = draft.keepDays === "" ? null : Number(draft.keepDays);
      const { protocol, folder } = draft;
      const is_tls = protocol !== "sftp" && draft.isTls;
      return { kind, ...place, protocol, is_tls, user: draft.user.trim(), folder, keep_days };
    }
  }
}

/** 32 letters and digits of chance, for a webhook's signature. */
export function newSecret(
  random: (bytes: Uint8Array<ArrayBuffer>) => void = (b) => void crypto.getRandomValues(b),
): string {
  const bytes = new Uint8Array(new ArrayBuffer(32));
  random(bytes);
  const letters = "abcdefghijkmnopqrstuvwxyz2345678"; // 32, so that no letter is likelier than another
  return Array.from(bytes, (byte) => letters[byte & 31]).join("");
}
