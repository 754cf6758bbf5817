import { describe, expect, it } from "vitest";
import { concatBytes } from "../../src/core/bytes";
import { readJournal } from "../../src/core/journal";
import { CAMERA, CLIP, randomly, testIdentity, writeEpoch } from "./fakes";

const started = { t: "camera.started", at_ms: 1, version: "1" };
const watched = { t: "view.started", at_ms: 2, viewer: "0011223344556677", device: "d", name: "Phone" };
const THREE = [started, watched, { ...watched, at_ms: 3 }];

async function twoEpochs() {
  const identity = await testIdentity();
  const first = await writeEpoch(1, THREE, identity);
  const second = await writeEpoch(2, [started], identity, first.end);
  return { identity, first, second, files: [first.file, second.file] };
}

describe("the journal", () => {
  it("is complete and in order whatever order the files come in", async () => {
    const { identity, files, second } = await twoEpochs();
    const journal = await readJournal([...files].reverse(), identity, { cameraId: CAMERA });
    expect(journal.verdict).toBe("complete");
    expect(journal.problems).toEqual([]);
    expect(journal.records.map((r) => [r.epoch, r.index])).toEqual([
      [1, 0],
      [1, 1],
      [1, 2],
      [2, 0],
    ]);
    expect(journal.pin).toEqual(second.end);
  });

  it("of nothing is complete and empty", async () => {
    const journal = await readJournal([], await testIdentity());
    expect([journal.verdict, journal.records.length, journal.pin]).toEqual(["complete", 0, null]);
  });

  it("with a torn last record keeps the rest", async () => {
    const { identity, first } = await twoEpochs();
    const torn = { epoch: 1, bytes: concatBytes(first.file.bytes, new Uint8Array(100)) };
    const journal = await readJournal([torn], identity);
    expect(journal.verdict).toBe("torn_tail");
    expect(journal.records).toHaveLength(3);
    expect(journal.pin).toEqual(first.end);
  });

  it("names the record that was altered, reads the others, and gives no pin", async () => {
    const { identity, first } = await twoEpochs();
    const bytes = first.file.bytes.slice();
    bytes[bytes.length - 512 - 40]! ^= 1;
    const journal = await readJournal([{ epoch: 1, bytes }], identity);
    expect(journal.verdict).toBe("altered");
    expect(journal.problems[0]).toMatchObject({ epoch: 1, index: 1 });
    expect(journal.records.map((r) => r.index)).toEqual([0, 2]);
    expect(journal.pin).toBeNull();
  });

  it("notices any changed byte", async () => {
    const { identity, files } = await twoEpochs();
    const random = randomly(3);
    for (let i = 0; i < 40; i++) {
      const changed = files.map((file) => ({ epoch: file.epoch, bytes: file.bytes.slice() }));
      const bytes = changed[random(2)]!.bytes;
      bytes[random(bytes.length)]! ^= 1 << random(8);
      expect((await readJournal(changed, identity)).verdict).toBe("altered");
    }
  });

  it("without its first epoch has a gap", async () => {
    const { identity, second } = await twoEpochs();
    expect((await readJournal([second.file], identity)).verdict).toBe("gap");
  });

  it("whose earlier epoch lost its last record has a gap", async () => {
    const { identity, first, second } = await twoEpochs();
    const shorter = { epoch: 1, bytes: first.file.bytes.slice(0, -512) };
    expect((await readJournal([shorter, second.file], identity)).verdict).toBe("gap");
  });

  it("whose records were exchanged is altered", async () => {
    const { identity, first } = await twoEpochs();
    const b = first.file.bytes;
    const swapped = concatBytes(b.slice(0, -1024), b.slice(-512), b.slice(-1024, -512));
    expect((await readJournal([{ epoch: 1, bytes: swapped }], identity)).verdict).toBe("altered");
  });

  it("whose earlier epoch was written anew, with good records, is altered", async () => {
    const { identity, second } = await twoEpochs();
    const forged = await writeEpoch(1, [started, watched, { ...watched, at_ms: 4 }], identity);
    expect((await readJournal([forged.file], identity)).verdict).toBe("complete");
    const journal = await readJournal([forged.file, second.file], identity);
    expect(journal.verdict).toBe("altered");
    expect(journal.problems).toMatchObject([{ epoch: 2, index: null }]);
  });

  it("of another camera is altered", async () => {
    const { identity, files } = await twoEpochs();
    expect((await readJournal(files, identity, { cameraId: "other" })).verdict).toBe("altered");
  });

  it("renamed to another epoch is altered", async () => {
    const { identity, first } = await twoEpochs();
    expect((await readJournal([{ epoch: 7, bytes: first.file.bytes }], identity)).verdict).toBe("altered");
  });

  it("that grew since the pin is complete, that shrank is rolled back, that was rewritten is altered", async () => {
    const { identity, first } = await twoEpochs();
    const grown = await writeEpoch(1, THREE, identity);
    const pin = { epoch: 1, records: 2, root: "00".repeat(32) };
    const shrunk = { epoch: 1, bytes: first.file.bytes.slice(0, -512) };
    expect((await readJournal([first.file], identity, { pin: first.end })).verdict).toBe("complete");
    expect((await readJournal([shrunk], identity, { pin: first.end })).verdict).toBe("rolled_back");
    expect((await readJournal([], identity, { pin: first.end })).verdict).toBe("rolled_back");
    expect((await readJournal([grown.file], identity, { pin })).verdict).toBe("altered");
  });

  it("accepts a pin in the middle of what has come since", async () => {
    const { identity, files } = await twoEpochs();
    const before = await readJournal([{ epoch: 1, bytes: files[0]!.bytes.slice(0, -512) }], identity);
    expect((await readJournal(files, identity, { pin: before.pin })).verdict).toBe("complete");
  });

  it("keeps kinds of records that this page does not know", async () => {
    const identity = await testIdentity();
    const { file } = await writeEpoch(1, [{ t: "lamp.lit", at_ms: 5 }], identity);
    const journal = await readJournal([file], identity);
    expect(journal.verdict).toBe("complete");
    expect(journal.records[0]).toMatchObject({ t: "unknown", kind: "lamp.lit", at_ms: 5 });
  });

  it("reports a record whose shape is wrong", async () => {
    const identity = await testIdentity();
    const { file } = await writeEpoch(1, [{ t: "clip.opened", at_ms: 5, clip: "../etc" }], identity);
    expect((await readJournal([file], identity)).verdict).toBe("altered");
  });

  it("lets the page answer in between and stops when asked", async () => {
    const identity = await testIdentity();
    const closed = { t: "clip.closed", at_ms: 9, clip: CLIP, started_at_ms: 1, duration_ms: 2, bytes: 3 };
    const record = { ...closed, sha256: "ab".repeat(32), end: "quiet", cause: "motion", thumb: null };
    const { file } = await writeEpoch(1, new Array(2000).fill(record), identity);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const shares: number[] = [];
    await readJournal([file], identity, { onProgress: (share) => shares.push(share) });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    const stop = new AbortController();
    const reading = readJournal([file], identity, { signal: stop.signal });
    stop.abort(new Error("stopped"));
    await expect(reading).rejects.toThrow("stopped");
  });
});
