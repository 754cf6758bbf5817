/** Writers of everything that the core reads, and stand-ins for the camera's server; made from docs/design/0001. */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { type Bytes, concatBytes, fromHex, ownBytes, toBase64Url, toHex, utf8 } from "../../src/core/bytes";
import type { EpochFile, JournalPin } from "../../src/core/journal_types";

export const CAMERA = "c0ffee00c0ffee00c0ffee00c0ffee00";
export const CLIP = "0000000100112233445566778899aabb";

let classic: Promise<string> | null = null;

/** One classic identity for all tests: quicker than a post-quantum one. */
export function testIdentity(): Promise<string> {
  classic ??= generateX25519Identity();
  return classic;
}

/** Bytes that repeat from run to run. */
export function pattern(count: number, seed = 1): Bytes {
  const bytes = new Uint8Array(count);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state & 255;
  }
  return bytes;
}

/** Whole numbers below `limit` that repeat from run to run. */
export function randomly(seed: number): (limit: number) => number {
  let state = seed >>> 0 || 1;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

export async function seal(plaintext: Uint8Array | string, identity: string): Promise<Bytes> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  return ownBytes(await encrypter.encrypt(typeof plaintext === "string" ? utf8(plaintext) : plaintext));
}

export function u32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function u64(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

export interface WrittenEpoch {
  readonly file: EpochFile;
  /** Link or pin to its end. */
  readonly end: JournalPin;
}

/** One epoch; each record is what its JSON is made of. */
export async function writeEpoch(
  epoch: number,
  records: readonly object[],
  identity: string,
  previous: JournalPin | null = null,
  camera: string = CAMERA,
): Promise<WrittenEpoch> {
  const firstKey = pattern(32, epoch + 77);
  const head = { v: 1, camera, epoch, key: toBase64Url(firstKey), opened_at_ms: 1, previous };
  const age = await seal(JSON.stringify(head), identity);
  const start = concatBytes(utf8("STOOPJ1\n"), u32(age.length), age);
  let key: Uint8Array = firstKey;
  let root: Uint8Array = sha256(start);
  const stored = records.map((record, index) => {
    const json = utf8(JSON.stringify(record));
    const plain = new Uint8Array(496);
    new DataView(plain.buffer).setUint16(0, json.length);
    plain.set(json, 2);
    const aad = concatBytes(utf8("stoop-journal-v1"), u64(epoch), u64(index));
    const sealed = chacha20poly1305(hmac(sha256, key, Uint8Array.of(1)), new Uint8Array(12), aad).encrypt(
      plain,
    );
    key = hmac(sha256, key, Uint8Array.of(2));
    root = sha256(concatBytes(root, sealed));
    return sealed;
  });
  const bytes = concatBytes(start, ...stored);
  return { file: { epoch, bytes }, end: { epoch, records: records.length, root: toHex(root) } };
}

export function box(type: string, ...bodies: Uint8Array[]): Bytes {
  const body = concatBytes(...bodies);
  return concatBytes(u32(body.length + 8), utf8(type), body);
}

export function uuidBox(uuid: string, json: object): Bytes {
  return box("uuid", fromHex(uuid), utf8(JSON.stringify(json)));
}

export const OPENED_UUID = "0f9b52d421a14f0e8a0c6f70656e6564";
export const CLOSED_UUID = "0f9b52d421a14f0e8a0c636c6f736564";

export function moov(profile = Uint8Array.of(1, 0x42, 0xc0, 0x1f, 0xff)): Bytes {
  const entry = box("avc1", new Uint8Array(78), box("avcC", profile));
  const stsd = box("stsd", new Uint8Array(4), u32(1), entry);
  const stbl = box("stbl", stsd);
  return box("moov", box("mvhd", new Uint8Array(100)), box("trak", box("mdia", box("minf", stbl))));
}

export interface WrittenClip {
  readonly plaintext: Bytes;
  /** Where each fragment begins. */
  readonly fragments: readonly number[];
  readonly mediaStart: number;
}

/** A clip of fragments of half a second, every fourth of which starts at a key picture. */
export function writeClip(
  fragmentCount: number,
  mdatBytes: number,
  options: { closed?: boolean } = {},
): WrittenClip {
  const opened = {
    v: 1,
    clip: CLIP,
    started_at_ms: 1_700_000_000_000,
    cause: "motion",
    mask: "00".repeat(32),
    clock: "synced",
  };
  const parts: Uint8Array[] = [box("ftyp", utf8("isom")), moov(), uuidBox(OPENED_UUID, opened)];
  const size = () => parts.reduce((sum, part) => sum + part.length, 0);
  const mediaStart = size();
  const fragments: number[] = [];
  for (let i = 0; i < fragmentCount; i++) {
    fragments.push(size());
    parts.push(box("moof", u32(i)), box("mdat", pattern(mdatBytes, i + 1)));
  }
  const keys = fragments.flatMap((offset, i) => (i % 4 === 0 ? [[i * 500, offset]] : []));
  const closed = {
    v: 1,
    clip: CLIP,
    duration_ms: fragmentCount * 500,
    pictures: fragmentCount * 15,
    end: "quiet",
    keys,
  };
  if (options.closed ?? true) parts.push(uuidBox(CLOSED_UUID, closed));
  return { plaintext: concatBytes(...parts), fragments, mediaStart };
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

type Answering = (request: Seen) => Response | Promise<Response>;

/** A server of routes `METHOD /path`; what is not listed is a 404. Keeps what it was asked. */
export class FakeServer {
  readonly seen: Seen[] = [];
  readonly #routes: Record<string, Answering>;

  constructor(routes: Record<string, Answering>) {
    this.#routes = routes;
  }

  readonly fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const request = {
      method: init.method ?? "GET",
      path: String(input),
      headers: new Headers(init.headers),
      body: String(init.body ?? ""),
    };
    this.seen.push(request);
    init.signal?.throwIfAborted();
    const route = this.#routes[`${request.method} ${request.path}`];
    return route ? await route(request) : refuse(404, "not_found", "there is no such thing");
  };

  paths(): string[] {
    return this.seen.map((request) => `${request.method} ${request.path}`);
  }
}

export function reply(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers });
}

export function refuse(status: number, error: string, message: string): Response {
  return reply({ error, message }, status);
}

/** What a signed command says, unverified. */
export function readJws(jws: string): {
  header: unknown;
  payload: { action: string; args: object; nonce: string };
} {
  const [header, payload] = jws.split(".").map((part) => part.replaceAll("-", "+").replaceAll("_", "/"));
  return { header: JSON.parse(atob(header ?? "")), payload: JSON.parse(atob(payload ?? "")) };
}
