import { generateX25519Identity } from "age-encryption";
import { describe, expect, it } from "vitest";
import { Api } from "../../src/core/api";
import { changeKey, digestOf, holdsKeyInForce } from "../../src/core/change_key";
import { createDeviceKey, deviceSigner } from "../../src/core/device_key";
import { ApiError, NoAnswerError, NoKeyError } from "../../src/core/errors";
import { recipientOf } from "../../src/core/identity";
import { readJournal } from "../../src/core/journal";
import type { JournalPin } from "../../src/core/journal_types";
import { KeyStore, MemoryStore } from "../../src/core/key_store";
import { identitiesIn } from "../../src/core/ring";
import { FakeServer, readJws, refuse, reply, testIdentity, writeEpoch } from "./fakes";

const LOST = "ab".repeat(16);
const STARTED = { t: "camera.started", at_ms: 1, version: "1" };
const CHANGED = { t: "key.changed", at_ms: 2, device: "d", name: "Phone", recipient: "cd".repeat(32) };

async function household(inForce: string, answer: (args: { recipient: string }) => Response | never) {
  let recipient = await recipientOf(inForce);
  const takeOver = (made: string) => {
    recipient = made;
  };
  const server = new FakeServer({
    "POST /api/nonce": () => reply({ nonce: "n" }),
    "POST /api/commands": async ({ body }: { body: string }) => {
      const { payload } = readJws(JSON.parse(body).jws);
      if (payload.action === "key.get") return reply({ recipient: await digestOf(recipient) });
      return answer(payload.args as { recipient: string });
    },
  });
  const api = new Api({ fetch: server.fetch });
  api.setSigner(deviceSigner(await createDeviceKey()));
  return { api, server, takeOver, keys: new KeyStore(new MemoryStore()) };
}

const newClassic = () => generateX25519Identity();

describe("changing the key", () => {
  it("sends only the new public half, and keeps new and old, newest first", async () => {
    const old = await testIdentity();
    let asked: Record<string, unknown> = {};
    const { api, server, keys } = await household(old, (args) => {
      asked = { ...args };
      return reply({ recipient: "00" });
    });
    await keys.saveIdentity(old);

    const ring = await changeKey(api, keys, LOST);

    const [made = "", before] = identitiesIn(ring);
    expect(before).toBe(old);
    expect(await keys.identity()).toBe(ring);
    const replaces = await digestOf(await recipientOf(old));
    expect(asked).toEqual({ recipient: await recipientOf(made), replaces, device: LOST });
    expect(made).toMatch(/^AGE-SECRET-KEY-PQ-1/);
    expect(JSON.stringify(server.seen)).not.toContain("AGE-SECRET");
  });

  it.each([
    ["was refused", () => refuse(409, "conflict", "changed in the meantime"), ApiError, 1],
    ["may have happened", () => refuse(507, "storage", "the card is slow"), ApiError, 2],
    [
      "got no answer",
      () => {
        throw new TypeError("lost");
      },
      NoAnswerError,
      2,
    ],
  ] as const)("keeps every key that may be in force when it %s", async (_, answer, kind, count) => {
    const old = await testIdentity();
    const { api, keys } = await household(old, answer);
    await keys.saveIdentity(old);

    await expect(changeKey(api, keys, null, 0)).rejects.toThrow(kind);

    expect(identitiesIn((await keys.identity()) ?? "")).toHaveLength(count);
  });

  it("has happened where only its answer was lost", async () => {
    const old = await testIdentity();
    const { api, keys, takeOver } = await household(old, ({ recipient }) => {
      takeOver(recipient);
      throw new TypeError("lost");
    });
    await keys.saveIdentity(old);

    const ring = await changeKey(api, keys, null, 0);

    expect(identitiesIn(ring)).toHaveLength(2);
    expect(await holdsKeyInForce(api, identitiesIn(ring)[0] ?? "")).toBe(true);
  });

  it("is for who holds the key in force", async () => {
    const [old, made] = [await testIdentity(), await newClassic()];
    const { api, keys } = await household(made, () => reply({}));
    await keys.saveIdentity(old);
    expect(await holdsKeyInForce(api, `${old}\n${made}`)).toBe(true);
    expect(await holdsKeyInForce(api, old)).toBe(false);
    await expect(changeKey(api, keys, null)).rejects.toThrow(NoKeyError);
    expect(await keys.identity()).toBe(old);
  });
});

describe("a journal of two keys", () => {
  it("opens whole with the ring", async () => {
    const [old, made] = [await testIdentity(), await newClassic()];
    const first = await writeEpoch(0, [STARTED, CHANGED], old);
    const second = await writeEpoch(1, [STARTED], made, first.end);
    const journal = await readJournal([first.file, second.file], `${made}\n${old}`);
    expect([journal.verdict, journal.records.length]).toEqual(["complete", 3]);
  });

  it("says with the old key alone that a newer one is needed, and only where a change is written", async () => {
    const [old, made] = [await testIdentity(), await newClassic()];
    for (const [records, verdict] of [
      [[STARTED, CHANGED], "other_key"],
      [[STARTED], "altered"],
    ] as const) {
      const first = await writeEpoch(0, records, old);
      const second = await writeEpoch(1, [STARTED], made, first.end);
      const journal = await readJournal([first.file, second.file], old);
      expect([journal.verdict, journal.records.length]).toEqual([verdict, records.length]);
    }
  });

  it("is altered where an epoch after a change that this browser knows is sealed to anybody else", async () => {
    const [old, made] = [await testIdentity(), await newClassic()];
    const changed = { ...CHANGED, recipient: await digestOf(await recipientOf(made)) };
    const first = await writeEpoch(0, [STARTED, changed], old);
    const genuine = await writeEpoch(1, [STARTED], made, first.end);
    const last = await writeEpoch(2, [STARTED], made, genuine.end);
    const forged = await writeEpoch(1, [STARTED], await newClassic(), first.end);
    const ring = `${made}\n${old}`;
    const read = async (files: (typeof first)[], pin: JournalPin | null, keys = ring) =>
      (
        await readJournal(
          files.map((each) => each.file),
          keys,
          { pin },
        )
      ).verdict;

    expect(await read([first, genuine, last], genuine.end)).toBe("complete");
    expect(await read([first, forged, last], genuine.end)).toBe("altered");
    expect(await read([first, forged, last], null)).toBe("altered");
    expect(await read([first, forged], null)).toBe("altered");
    expect(await read([first, forged], genuine.end, old)).toBe("altered");
    expect(await read([forged, last], null, ring)).toBe("altered");
  });

  it("with the new key alone lacks an older one, and is altered where what does not open was exchanged", async () => {
    const [old, made] = [await testIdentity(), await newClassic()];
    const first = await writeEpoch(0, [STARTED, CHANGED], old);
    const second = await writeEpoch(1, [STARTED], made, first.end);
    const forged = await writeEpoch(0, [STARTED, CHANGED], old);
    const verdictOf = async (before: typeof first, pin: JournalPin | null = null) =>
      (await readJournal([before.file, second.file], made, { pin })).verdict;

    expect(await verdictOf(first)).toBe("older_key");
    expect(await verdictOf(first, first.end)).toBe("older_key");
    expect(await verdictOf(forged)).toBe("altered");
    expect((await readJournal([first.file], made)).verdict).toBe("altered");
  });

  it("has a gap where one of several epochs of a lacked key is missing, at the beginning too", async () => {
    const [a, b, c] = [await testIdentity(), await newClassic(), await newClassic()];
    const zero = await writeEpoch(0, [STARTED, CHANGED], a);
    const one = await writeEpoch(1, [STARTED, CHANGED], b, zero.end);
    const two = await writeEpoch(2, [STARTED], b, one.end);
    const three = await writeEpoch(3, [STARTED], c, two.end);
    const all = [zero, one, two, three];
    const without = async (gone: number | null, ring: string) =>
      (
        await readJournal(
          all.filter((_, at) => at !== gone).map((each) => each.file),
          ring,
        )
      ).verdict;

    expect(await without(null, c)).toBe("older_key");
    for (const gone of [0, 1, 2]) expect([gone, await without(gone, c)]).toEqual([gone, "gap"]);
    expect(await without(null, a)).toBe("other_key");
    for (const gone of [1, 2]) expect([gone, await without(gone, a)]).toEqual([gone, "gap"]);
  });

  it("is checked where nothing opens behind it, and no pin names it, once the missing key is there", async () => {
    const [a, b, c] = [await testIdentity(), await newClassic(), await newClassic()];
    const zero = await writeEpoch(0, [STARTED, CHANGED], a);
    const one = await writeEpoch(1, [STARTED, CHANGED], b, zero.end);
    const two = await writeEpoch(2, [STARTED], c, one.end);
    const forged = await writeEpoch(0, [STARTED, STARTED], a);
    const files = [forged, one, two].map((each) => each.file);

    expect((await readJournal(files, c)).verdict).toBe("older_key");
    expect((await readJournal(files, c, { pin: zero.end })).verdict).toBe("altered");
    expect((await readJournal(files, `${c}\n${b}`)).verdict).toBe("altered");
  });
});
