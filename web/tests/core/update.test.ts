import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { Api } from "../../src/core/api";
import { concatBytes, ownBytes, toHex } from "../../src/core/bytes";
import { createDeviceKey, deviceSigner } from "../../src/core/device_key";
import type { UpdateOutcome, UpdateTold } from "../../src/core/messages";
import { endOf, isBehindAnother, PIECE_BYTES, SILENT_MS, sendUpdate } from "../../src/core/update";
import { pattern, refuse, reply } from "./fakes";

/** Keeps pieces as the server does; `losing` says at which requests the answer gets lost after the piece was kept. */
class Spool {
  readonly pieces = new Map<number, Uint8Array>();
  readonly offsets: number[] = [];
  readonly losing: readonly number[];
  readonly refusing: number | null;
  #count = 0;

  constructor(losing: readonly number[] = [], refusing: number | null = null) {
    this.losing = losing;
    this.refusing = refusing;
  }

  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const offset = Number(/^\/api\/update\/(\d+)$/.exec(String(input))?.[1]);
    const number = this.#count++;
    if (number === this.refusing) return refuse(507, "storage", "the card is too full");
    this.offsets.push(offset);
    this.pieces.set(offset, ownBytes(init?.body as Uint8Array));
    if (this.losing.includes(number)) throw new TypeError("network error");
    return reply({ bytes: offset });
  };

  whole(): Uint8Array {
    const inOrder = [...this.pieces.entries()].sort(([a], [b]) => a - b);
    return concatBytes(...inOrder.map(([, piece]) => piece));
  }
}

async function apiOf(spool: Spool): Promise<Api> {
  const api = new Api({ fetch: spool.fetch as typeof fetch, timeLimitMs: 1000 });
  api.setSigner(deviceSigner(await createDeviceKey()));
  return api;
}

describe("sending an update", () => {
  it.each([1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES - 1])(
    "sends every byte once, and names the hash of what it sent (%i bytes)",
    async (bytes) => {
      const [spool, data, shares] = [new Spool(), pattern(bytes), [] as number[]];
      const sent = await sendUpdate(await apiOf(spool), new Blob([data]), {
        onProgress: (share) => shares.push(share),
      });
      expect(spool.whole()).toEqual(data);
      expect(sent).toEqual({ sha256: toHex(sha256(data)), size_bytes: bytes });
      expect(Math.max(...[...spool.pieces.values()].map((piece) => piece.length))).toBeLessThanOrEqual(
        64 * 1024,
      );
      expect(shares.at(-1)).toBe(1);
    },
  );

  it("sends a piece again whose answer got lost", async () => {
    const [spool, data] = [new Spool([1, 2]), pattern(3 * PIECE_BYTES)];
    await sendUpdate(await apiOf(spool), new Blob([data]), { pauseMs: 1 });
    expect(spool.offsets).toEqual([0, PIECE_BYTES, PIECE_BYTES, PIECE_BYTES, 2 * PIECE_BYTES]);
    expect(spool.whole()).toEqual(data);
  });

  it("gives up where nothing answers, and at once where it is refused", async () => {
    const lost = sendUpdate(await apiOf(new Spool([0, 1, 2, 3])), new Blob([pattern(9)]), { pauseMs: 1 });
    await expect(lost).rejects.toThrow("no answer");
    const spool = new Spool([], 1);
    const refused = sendUpdate(await apiOf(spool), new Blob([pattern(2 * PIECE_BYTES)]), { pauseMs: 1 });
    await expect(refused).rejects.toMatchObject({ code: "storage" });
    expect(spool.offsets).toEqual([0]);
  });

  it("stops when its owner has had enough", async () => {
    const [spool, control] = [new Spool(), new AbortController()];
    const sending = sendUpdate(await apiOf(spool), new Blob([pattern(5 * PIECE_BYTES)]), {
      signal: control.signal,
      onProgress: (share) => share > 0.3 && control.abort(),
    });
    await expect(sending).rejects.toThrow();
    expect(spool.offsets).toHaveLength(2);
  });
});

describe("what came of an update", () => {
  const mine = "ab".repeat(32);
  const waiting = { sha256: mine, known: null, before: "1.0", wasAway: false, waitedMs: 5000 };
  const told = (outcome: Partial<UpdateOutcome> | null, version = "1.0"): UpdateTold => ({
    possible: true,
    version,
    most_bytes: 9,
    outcome: outcome && {
      way: "app",
      word: "installed",
      sha256: mine,
      version: "2.0",
      running: "2.0",
      sentence: "",
      at_ms: 1,
      ...outcome,
    },
  });

  it("goes on while it is being installed, also in the new version's first seconds", () => {
    expect(endOf(waiting, told({ word: "installing" }))).toBeNull();
    expect(endOf({ ...waiting, wasAway: true }, told({ word: "installing" }, "2.0"))).toBeNull();
  });

  it("is installed only when the updater says so", () => {
    expect(endOf(waiting, told({}))).toEqual({ kind: "installed", version: "2.0" });
  });

  it("names the version that runs, and why, when it is not", () => {
    const outcome = { word: "failed", running: "1.0", sentence: "it does not answer" } as const;
    expect(endOf(waiting, told(outcome))).toEqual({
      kind: "failed",
      running: "1.0",
      sentence: "it does not answer",
    });
    expect(endOf(waiting, told({ word: "refused", running: "", sentence: "unsigned" }))).toEqual({
      kind: "refused",
      running: "1.0",
      sentence: "unsigned",
    });
  });

  it("takes no other update's end for its own", () => {
    expect(endOf(waiting, told({ sha256: "cd".repeat(32) }))).toBeNull();
    expect(endOf(waiting, told({ sha256: "" }))).toBeNull();
  });

  it("waits behind another one for as long as that takes", () => {
    const other = told({ word: "installing", sha256: "cd".repeat(32), way: "stick" });
    expect(endOf({ ...waiting, waitedMs: SILENT_MS + 1 }, other)).toBeNull();
    expect([isBehindAnother(mine, other), isBehindAnother(mine, told({ word: "installing" }))]).toEqual([
      true,
      false,
    ]);
  });

  it("takes no earlier try of the same file for its own, and hears the next one's end", () => {
    const earlier = told({ word: "failed", sentence: "no room", at_ms: 7 });
    const again = { ...waiting, known: earlier.outcome };
    expect(endOf(again, earlier)).toBeNull();
    expect(endOf({ ...again, waitedMs: SILENT_MS + 1 }, earlier)).toEqual({ kind: "silent" });
    expect(endOf(again, told({ word: "failed", sentence: "no room", at_ms: 8 }))?.kind).toBe("failed");
    expect(endOf(again, told({ at_ms: 3 }))?.kind).toBe("installed");
  });

  it("understands a machine that started again and remembers nothing", () => {
    const away = { ...waiting, wasAway: true };
    expect(endOf(away, told(null, "2.0"))).toEqual({ kind: "installed", version: "2.0" });
    expect(endOf(away, told(null))).toEqual({ kind: "as_before", running: "1.0" });
    expect(endOf(waiting, told(null))).toBeNull();
  });

  it("does not wait for ever for an updater that never begins", () => {
    expect(endOf({ ...waiting, waitedMs: SILENT_MS + 1 }, told(null))).toEqual({ kind: "silent" });
  });
});
