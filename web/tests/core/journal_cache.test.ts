import { expect, test } from "vitest";
import { Api } from "../../src/core/api";
import type { Bytes } from "../../src/core/bytes";
import { loadJournal } from "../../src/core/journal";
import { JournalCache } from "../../src/core/journal_cache";
import { KeyStore, MemoryStore } from "../../src/core/key_store";
import { CAMERA, reply, testIdentity, writeEpoch } from "./fakes";

const watched = (at_ms: number) => ({ t: "view.started", at_ms, viewer: "00", device: "d", name: "Phone" });

/** Serves `files`; `asked` are the bytes that went out, by epoch. */
class JournalServer {
  readonly files = new Map<number, Bytes>();
  asked: [epoch: number, bytes: number][] = [];

  readonly fetch = async (path: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const epoch = /\/api\/journal\/(\d+)$/.exec(String(path))?.[1];
    if (!epoch) return reply({ epochs: [...this.files].map(([e, b]) => ({ epoch: e, bytes: b.length })) });
    const file = this.files.get(Number(epoch)) as Bytes;
    const range = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init?.headers).get("Range") ?? "");
    const [from, to] = range ? [Number(range[1]), Number(range[2]) + 1] : [0, file.length];
    this.asked.push([Number(epoch), to - from]);
    const headers = { "Content-Range": `bytes ${from}-${to - 1}/${file.length}` };
    return new Response(file.slice(from, to), { status: range ? 206 : 200, headers });
  };
}

async function house() {
  const identity = await testIdentity();
  const keys = new KeyStore(new MemoryStore());
  await keys.saveIdentity(identity);
  await keys.saveCameraId(CAMERA);
  const server = new JournalServer();
  const api = new Api({ fetch: server.fetch, origin: "https://camera" });
  const cache = new JournalCache();
  return { identity, server, load: () => loadJournal(api, keys, { cache }) };
}

test("reading again fetches nothing that was read before, and the end where the file grew", async () => {
  const { identity, server, load } = await house();
  const first = await writeEpoch(1, [watched(1)], identity);
  const grown = await writeEpoch(2, [watched(2), watched(3)], identity, first.end);
  server.files.set(1, first.file.bytes);
  server.files.set(2, grown.file.bytes.slice(0, -512));
  expect((await load()).records).toHaveLength(2);
  server.asked = [];
  expect((await load()).records).toHaveLength(2);
  expect(server.asked).toEqual([]);

  server.files.set(2, grown.file.bytes);
  const journal = await load();
  expect(server.asked).toEqual([[2, 512]]);
  expect([journal.verdict, journal.records.map((record) => record.at_ms)]).toEqual(["complete", [1, 2, 3]]);
});

test("a file that was cut is fetched anew and found out", async () => {
  const { identity, server, load } = await house();
  const written = await writeEpoch(1, [watched(1), watched(2)], identity);
  server.files.set(1, written.file.bytes);
  await load();
  server.files.set(1, written.file.bytes.slice(0, -512));

  expect((await load()).verdict).toBe("rolled_back");
});

test("what a power cut left at an end is not fetched again and again, and is told each time", async () => {
  const { identity, server, load } = await house();
  const first = await writeEpoch(1, [watched(1), watched(2)], identity);
  server.files.set(1, first.file.bytes.slice(0, -100));
  expect((await load()).verdict).toBe("torn_tail");
  server.asked = [];

  expect((await load()).verdict).toBe("torn_tail");
  expect(server.asked).toEqual([]);
});

test("after a finding everything is read anew, so that a mended file counts as whole again", async () => {
  const { identity, server, load } = await house();
  const written = await writeEpoch(1, [watched(1), watched(2)], identity);
  const damaged = written.file.bytes.slice();
  damaged[damaged.length - 30]! ^= 1;
  server.files.set(1, damaged);
  expect((await load()).verdict).toBe("altered");
  server.files.set(1, written.file.bytes);

  expect((await load()).verdict).toBe("complete");
});
