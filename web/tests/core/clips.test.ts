import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { describe, expect, it } from "vitest";
import { Api } from "../../src/core/api";
import {
  type Bytes,
  concatBytes,
  equalBytes,
  fromHex,
  sha256,
  toBase64Url,
  toHex,
  utf8,
} from "../../src/core/bytes";
import { accessLog, clipsByDay, compareWithFiles, foldClips } from "../../src/core/cards";
import { differsFromCard, readClipHead, readClosedBox } from "../../src/core/clip";
import { createDeviceKey, deviceSigner } from "../../src/core/device_key";
import { decryptClip, verifySealedClip } from "../../src/core/download";
import { AlteredError, FormatError } from "../../src/core/errors";
import { readJournal } from "../../src/core/journal";
import type { JournalRecord } from "../../src/core/journal_types";
import { loadedAhead } from "../../src/core/media_feed";
import {
  BoxScanner,
  boxHeader,
  closedBoxAtEnd,
  codecOf,
  findBox,
  keyPictureBefore,
} from "../../src/core/mp4";
import { fetchPlate, type Plate } from "../../src/core/plate";
import { rangesOf } from "../../src/core/ranges";
import { SealedFile } from "../../src/core/sealed_file";
import { openThumbnail } from "../../src/core/thumbnail";
import {
  box,
  CLIP,
  CLOSED_UUID,
  FakeServer,
  moov,
  pattern,
  randomly,
  readJws,
  reply,
  seal,
  testIdentity,
  u32,
  uuidBox,
  writeClip,
  writeEpoch,
} from "./fakes";

/** As camera/vault/sound_boxes.py writes it. */
const SOUND_TRACK =
  "0000019c7472616b0000005c746b6864000000030000000000000000000000020000000000000000000000000000000000000001010000000001000000000000000000000000000000010000000000000000000000000000400000000000000000000000000001386d646961000000206d6468640000000000000000000000000000bb800000000055c400000000002d68646c720000000000000000736f756e000000000000000000000000536f756e6448616e646c657200000000e36d696e6600000010736d686400000000000000000000002464696e660000001c6472656600000000000000010000000c75726c2000000001000000a77374626c0000005b7374736400000000000000010000004b6d703461000000000000000100000000000000000001001000000000bb8000000000002765736473000000000319000200041140150000000001f4000000fa00050211880601020000001073747473000000000000000000000010737473630000000000000000000000147374737a000000000000000000000000000000107374636f0000000000000000";

async function sealed(plaintext: Bytes): Promise<SealedFile> {
  const identity = await testIdentity();
  return SealedFile.open(rangesOf(await seal(plaintext, identity)), identity);
}

async function bytesOf(blob: Blob): Promise<Bytes> {
  return new Uint8Array(await blob.arrayBuffer());
}

describe("the MP4 reader", () => {
  it("tells the same boxes however the bytes are cut", () => {
    const { plaintext, fragments } = writeClip(6, 3000);
    const random = randomly(4);
    for (let i = 0; i < 50; i++) {
      const scanner = new BoxScanner();
      const boxes = [];
      for (let at = 0; at < plaintext.length; ) {
        const next = at + 1 + random(i < 10 ? 12 : 5000);
        boxes.push(...scanner.feed(plaintext.slice(at, next)));
        at = next;
      }
      expect(boxes.filter((b) => b.type === "moof").map((b) => b.offset)).toEqual(fragments);
      expect(scanner.wholeUntil).toBe(plaintext.length);
    }
  });

  it("knows the codec from avcC", () => {
    expect(codecOf(findBox(moov(), ["moov"])!)).toBe("avc1.42C01F");
    expect(() => codecOf(box("trak", box("mdia")))).toThrow(FormatError);
  });

  it("names the sound beside the picture, and survives any bytes in its place", () => {
    const picture = findBox(moov(), ["moov"])!;
    const both = concatBytes(picture, fromHex(SOUND_TRACK));
    expect(codecOf(both)).toBe("avc1.42C01F,mp4a.40.2");
    const random = randomly(9);
    for (let i = 0; i < 500; i++) {
      const bytes = both.slice();
      for (let n = 1 + random(4); n > 0; n--)
        bytes[picture.length + 8 + random(bytes.length - picture.length - 8)] = random(256);
      try {
        expect(codecOf(bytes)).toMatch(/^avc1\.42C01F(,mp4a\.40\.\d+)?$/);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
      }
    }
  });

  it("reads 64-bit sizes and refuses impossible ones", () => {
    const long = concatBytes(u32(1), utf8("mdat"), u32(0), u32(20), u32(7));
    expect(boxHeader(long)).toEqual({ type: "mdat", headerBytes: 16, sizeBytes: 20 });
    for (const size of [0, 2, 7])
      expect(() => boxHeader(concatBytes(u32(size), utf8("free")))).toThrow(FormatError);
    expect(() => boxHeader(concatBytes(u32(1), utf8("mdat"), u32(0xffffffff), u32(0)))).toThrow(FormatError);
    expect(() => findBox(concatBytes(u32(99), utf8("trak")), ["trak"])).toThrow(FormatError);
  });

  it("survives any bytes with a result or a FormatError", () => {
    const { plaintext } = writeClip(2, 50);
    const random = randomly(6);
    for (let i = 0; i < 500; i++) {
      const bytes = plaintext.slice(0, random(plaintext.length));
      for (let n = random(5); n > 0 && bytes.length > 0; n--) bytes[random(bytes.length)] = random(256);
      try {
        new BoxScanner().feed(bytes);
        const inside = findBox(bytes, ["moov"]);
        if (inside) codecOf(inside);
        closedBoxAtEnd(bytes);
      } catch (error) {
        if (!(error instanceof FormatError || error instanceof RangeError)) throw error;
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  });

  it("refuses a table of key pictures that goes backwards", () => {
    const table = (keys: unknown) =>
      closedBoxAtEnd(
        uuidBox(CLOSED_UUID, { v: 1, clip: CLIP, duration_ms: 1, pictures: 1, end: "quiet", keys }),
      );
    expect(
      table([
        [0, 100],
        [2000, 900],
      ])?.keys,
    ).toEqual([
      { atMs: 0, offset: 100 },
      { atMs: 2000, offset: 900 },
    ]);
    for (const bad of [
      [
        [0, 100],
        [1, 100],
      ],
      [
        [5, 1],
        [4, 2],
      ],
      [[0, -1]],
      [["0", 1]],
      [7],
      [[0, -5]],
    ])
      expect(() => table(bad)).toThrow(FormatError);
  });

  it("finds the key picture to start from", () => {
    const keys = [0, 2000, 4000].map((atMs) => ({ atMs, offset: atMs + 100 }));
    const offsets = [0, 1999, 2000, 9999].map((atMs) => keyPictureBefore(keys, atMs)?.offset);
    expect(offsets).toEqual([100, 100, 2100, 4100]);
    expect(keyPictureBefore(keys.slice(1), 5)?.offset).toBe(2100);
    expect(keyPictureBefore([], 5)).toBeNull();
  });

  it("counts what is loaded from a moment on", () => {
    const ranges = (...parts: [number, number][]) => ({
      length: parts.length,
      start: (i: number) => parts[i]![0],
      end: (i: number) => parts[i]![1],
    });
    expect(loadedAhead(ranges([0, 4], [4.05, 6], [9, 12]), 1)).toBe(5);
    expect(loadedAhead(ranges([0, 4], [9, 12]), 6)).toBe(0);
    expect(loadedAhead(ranges(), 0)).toBe(0);
  });
});

describe("a sealed clip", () => {
  it("tells its codec, its opened box, where its pictures begin, and its table", async () => {
    const clip = writeClip(40, 9000);
    const file = await sealed(clip.plaintext);
    const head = await readClipHead(file);
    expect(head).toMatchObject({ codec: "avc1.42C01F", mediaStart: clip.mediaStart, opened: { clip: CLIP } });
    const closed = await readClosedBox(file);
    expect(closed?.durationMs).toBe(20_000);
    expect(closed?.keys[1]).toEqual({ atMs: 2000, offset: clip.fragments[4] });
  });

  it("is told from another by the card", async () => {
    const file = await sealed(writeClip(2, 100).plaintext);
    const { opened } = await readClipHead(file);
    const bytes = file.sealedBytes;
    expect(differsFromCard(file, opened, { id: CLIP, bytes })).toBeNull();
    expect(differsFromCard(file, opened, { id: CLIP, bytes: null })).toBeNull();
    expect(differsFromCard(file, opened, { id: CLIP, bytes: bytes + 1 })).toMatch(/bytes/);
    expect(differsFromCard(file, opened, { id: CLIP.replace("a", "b"), bytes })).toMatch(/holds clip/);
  });

  it("is downloaded whole, with progress", async () => {
    const { plaintext } = writeClip(40, 9000);
    const shares: number[] = [];
    const file = await sealed(plaintext);
    const download = await decryptClip(file, { onProgress: (share) => shares.push(share) });
    expect(equalBytes(await bytesOf(download.blob), plaintext)).toBe(true);
    expect([download.endedEarly, download.altered, shares.at(-1)]).toEqual([false, null, 1]);
  });

  it("that ended early is downloaded up to its last whole fragment", async () => {
    const clip = writeClip(40, 9000);
    const identity = await testIdentity();
    const file = await seal(clip.plaintext, identity);
    const random = randomly(3);
    for (let i = 0; i < 8; i++) {
      const cut = file.slice(0, 70_000 + random(file.length - 70_001));
      const opened = await SealedFile.open(rangesOf(cut), identity);
      const download = await decryptClip(opened);
      const until = clip.fragments.findLast((offset) => offset <= opened.plaintextBytes) ?? 0;
      expect(download.endedEarly).toBe(true);
      expect(equalBytes(await bytesOf(download.blob), clip.plaintext.slice(0, until))).toBe(true);
    }
  });

  it("that was altered is downloaded up to there, and says so", async () => {
    const clip = writeClip(40, 9000);
    const identity = await testIdentity();
    const file = await seal(clip.plaintext, identity);
    file[file.length - 100_000]! ^= 1;
    const download = await decryptClip(await SealedFile.open(rangesOf(file), identity));
    expect(download.altered).toMatch(/altered/);
    expect(download.blob.size).toBeGreaterThan(180_000);
    const bytes = await bytesOf(download.blob);
    expect(equalBytes(bytes, clip.plaintext.slice(0, bytes.length))).toBe(true);
  });

  it("is compared with the hash in its card", async () => {
    const file = pattern(3_000_000);
    const card = { bytes: file.length, sha256: toHex(await sha256(file)) };
    await expect(verifySealedClip(rangesOf(file), card)).resolves.toBeUndefined();
    const other = file.slice();
    other[2_500_000]! ^= 1;
    await expect(verifySealedClip(rangesOf(other), card)).rejects.toThrow(AlteredError);
    await expect(verifySealedClip(rangesOf(file.slice(1)), card)).rejects.toThrow(AlteredError);
  });
});

describe("a thumbnail", () => {
  it("opens with the key from its clip's card only", async () => {
    const key = pattern(32, 3);
    const aad = utf8(`stoop-thumb-v1${CLIP}`);
    const jpeg = pattern(5000);
    const sealedJpeg = new Uint8Array(chacha20poly1305(key, new Uint8Array(12), aad).encrypt(jpeg));
    expect(equalBytes(await openThumbnail(sealedJpeg, key, CLIP), jpeg)).toBe(true);
    await expect(openThumbnail(sealedJpeg, key, CLIP.replace("a", "b"))).rejects.toThrow(AlteredError);
    await expect(openThumbnail(sealedJpeg, pattern(32, 4), CLIP)).rejects.toThrow(AlteredError);
    await expect(openThumbnail(new Uint8Array(3), key, CLIP)).rejects.toThrow(AlteredError);
  });
});

describe("the plate", () => {
  it("is asked for until the final one is there, and opened here; a draft comes before", async () => {
    const png = pattern(2000);
    const draft = pattern(1500, 2);
    const size = { width: 640, height: 360 };
    const identity = await testIdentity();
    const replies = [
      { progress: 0.1, final: false, age: null, taken_at_ms: null, width: null, height: null },
      {
        progress: 0.25,
        final: false,
        age: toBase64Url(await seal(draft, identity)),
        taken_at_ms: 5,
        ...size,
      },
      { progress: 0.5, final: false, age: null, taken_at_ms: null, ...size },
      { progress: 1, final: true, age: toBase64Url(await seal(png, identity)), taken_at_ms: 7, ...size },
    ];
    const asked: unknown[] = [];
    const server = new FakeServer({
      "POST /api/nonce": () => reply({ nonce: "n" }),
      "POST /api/commands": ({ body }) => {
        asked.push(readJws(JSON.parse(body).jws).payload.args);
        return reply(replies.shift());
      },
    });
    const api = new Api({ fetch: server.fetch });
    api.setSigner(deviceSigner(await createDeviceKey()));
    const shares: number[] = [];
    const drafts: Plate[] = [];
    const plate = await fetchPlate(api, identity, {
      pollMs: 1,
      onProgress: (share) => shares.push(share),
      onDraft: (draft) => drafts.push(draft),
    });
    expect(shares).toEqual([0.1, 0.25, 0.5, 1]);
    expect(asked).toEqual([{}, {}, { seen: 5 }, { seen: 5 }]);
    expect(drafts.map((each) => each.takenAtMs)).toEqual([5]);
    expect([plate.takenAtMs, plate.widthPx, plate.heightPx]).toEqual([7, 640, 360]);
    expect(equalBytes(await bytesOf(plate.png), png)).toBe(true);
  });
});

describe("the cards", () => {
  const id = (n: number) => n.toString(16).padStart(8, "0").padEnd(32, "0");
  const at = (day: number, hour: number) => Date.UTC(2026, 0, day, hour);
  const opened = (n: number, at_ms: number) => ({
    t: "clip.opened",
    at_ms,
    clip: id(n),
    cause: "motion",
    mask: "ab",
    clock: "synced",
  });
  const closed = (n: number, at_ms: number) => ({
    t: "clip.closed",
    at_ms: at_ms + 9000,
    clip: id(n),
    started_at_ms: at_ms,
    duration_ms: 9000,
    bytes: 100 + n,
    sha256: "cd".repeat(32),
    end: "quiet",
    cause: "motion",
    thumb: toBase64Url(pattern(32, n)),
  });

  async function read(...records: object[]): Promise<readonly JournalRecord[]> {
    const identity = await testIdentity();
    const journal = await readJournal([(await writeEpoch(1, records, identity)).file], identity);
    expect(journal.verdict).toBe("complete");
    return journal.records;
  }

  it("of clips are open, closed or deleted, newest first", async () => {
    const deleted = { t: "clip.deleted", at_ms: at(2, 9), clip: id(1), why: "owner", device: "d" };
    const clips = foldClips(
      await read(
        opened(1, at(1, 8)),
        closed(1, at(1, 8)),
        opened(2, at(2, 8)),
        closed(2, at(2, 8)),
        deleted,
        opened(3, 9),
      ),
    );
    expect(clips.map((clip) => [clip.id, clip.state])).toEqual([
      [id(3), "open"],
      [id(2), "closed"],
      [id(1), "deleted"],
    ]);
    expect(clips[1]).toMatchObject({
      durationMs: 9000,
      bytes: 102,
      clock: "synced",
      mask: "ab",
      end: "quiet",
    });
    expect(clips[1]?.thumbKey).toEqual(pattern(32, 2));
    expect(clips[2]?.deleted).toEqual({ atMs: at(2, 9), why: "owner", device: "d" });
  });

  it("are put into local days, also where the clock changes", async () => {
    const zone = "America/New_York";
    const clips = foldClips(
      await read(
        closed(1, Date.UTC(2026, 2, 8, 4, 30)),
        closed(2, Date.UTC(2026, 2, 8, 5, 30)),
        closed(3, Date.UTC(2026, 2, 9, 3, 30)),
      ),
    );
    const days = clipsByDay(clips, zone).map(({ day, clips: list }) => [day, list.length]);
    expect(days).toEqual([
      ["2026-03-08", 2],
      ["2026-03-07", 1],
    ]);
  });

  it("are compared with the files that are there", async () => {
    const deleted = { t: "clip.deleted", at_ms: 9, clip: id(4), why: "space", device: null };
    const clips = foldClips(await read(closed(1, 1), closed(2, 1), opened(3, 1), closed(4, 1), deleted));
    const files = [
      { id: id(1), bytes: 101 },
      { id: id(2), bytes: 7 },
      { id: id(3), bytes: 5 },
      { id: id(4), bytes: 104 },
      { id: id(9), bytes: 1 },
    ];
    expect(compareWithFiles(clips, files)).toEqual([
      { clip: id(2), what: "size" },
      { clip: id(4), what: "unlisted" },
      { clip: id(9), what: "unlisted" },
    ]);
    expect(compareWithFiles(clips, []).map((m) => m.what)).toEqual(["missing", "missing"]);
  });

  it("of access join the start and end of a view, and know one that a restart ended", async () => {
    const view = (t: string, viewer: string, more: object = {}) => ({
      t,
      at_ms: 5,
      viewer,
      device: "d",
      name: "Phone",
      ...more,
    });
    const log = accessLog(
      await read(
        view("view.started", "a"),
        view("view.ended", "a", { seconds: 12, why: "left" }),
        view("view.started", "b"),
        { t: "camera.started", at_ms: 6, version: "2" },
        view("view.started", "c"),
        {
          t: "mask.changed",
          at_ms: 8,
          device: "d",
          name: "Phone",
          old: null,
          new: "ab".repeat(32),
          visible: 0.5,
        },
        { t: "device.paired", at_ms: 9, device: "e", name: "Tablet", role: "viewer", by: "d" },
        { t: "device.invited", at_ms: 9, device: "", name: "", role: "viewer", by: "d" },
      ),
    );
    expect(log.map((entry) => entry.what)).toEqual([
      "invited",
      "paired",
      "changed_mask",
      "watched",
      "started",
      "watched",
      "watched",
    ]);
    const views = log.filter((entry) => entry.what === "watched");
    expect(views.map((entry) => [entry.seconds, entry.isOngoing])).toEqual([
      [null, true],
      [null, false],
      [12, false],
    ]);
    expect(log[0]?.device).toBeNull();
    expect(new Set(log.map((entry) => entry.key)).size).toBe(log.length);
  });
});
