import { describe, expect, it } from "vitest";
import { Api } from "../../src/core/api";
import { toBase64Url } from "../../src/core/bytes";
import { createDeviceKey, deviceSigner } from "../../src/core/device_key";
import { ApiError, FormatError } from "../../src/core/errors";
import { type MotionSeen, readSeen, rounded, sameAreas } from "../../src/core/motion";
import { watchMotion } from "../../src/core/motion_watch";
import { FakeServer, readJws, refuse, reply, seal, testIdentity } from "./fakes";

const SEEN = {
  at_ms: 1,
  looking: true,
  counts: [[0.4, 0.3, 0.1, 0.5]],
  ignored: [
    { box: [0, 0.1, 0.2, 0.2], why: "in_place" },
    { box: [0.5, 0.1, 0.2, 0.2], why: "aliens" },
  ],
  events: 2,
  given_up: { in_place: 3, aliens: 1 },
};
const VIEWER = "0123456789abcdef";

describe("what moves now", () => {
  it("is read with its reasons, and an unknown reason is another", () => {
    const seen = readSeen(JSON.stringify(SEEN).padEnd(4096));
    expect(seen.counts).toEqual([{ left: 0.4, top: 0.3, width: 0.1, height: 0.5 }]);
    expect(seen.ignored.map(({ why }) => why)).toEqual(["in_place", "other"]);
    expect([...seen.givenUp]).toEqual([["in_place", 3]]);
    expect([seen.isLooking, seen.events]).toEqual([true, 2]);
  });

  it.each([
    ["no JSON", "{"],
    ["text for looking", JSON.stringify({ ...SEEN, looking: "yes" })],
    ["three sides", JSON.stringify({ ...SEEN, counts: [[0, 0, 1]] })],
    ["a place outside of the picture", JSON.stringify({ ...SEEN, counts: [[0, 0, 1, 7]] })],
    ["no counts", JSON.stringify({ ...SEEN, counts: undefined })],
    ["a negative count", JSON.stringify({ ...SEEN, given_up: { light: -1 } })],
  ])("is refused with %s", (_, text) => {
    expect(() => readSeen(text)).toThrow(FormatError);
  });
});

describe("watching", () => {
  async function watching(answers: (() => Response | Promise<Response>)[], viewer: () => string | null) {
    const identity = await testIdentity();
    const heard: (MotionSeen | null)[] = [];
    const stopping = new AbortController();
    let turn = 0;
    const server = new FakeServer({
      "POST /api/nonce": () => reply({ nonce: "asked" }),
      "POST /api/commands": () => {
        const answer = answers[turn++];
        if (answer) return answer();
        stopping.abort();
        return refuse(503, "camera_away", "the camera is away");
      },
    });
    const api = new Api({ fetch: server.fetch });
    api.setSigner(deviceSigner(await createDeviceKey()));
    const options = {
      signal: stopping.signal,
      viewer,
      onSeen: (seen: MotionSeen | null) => heard.push(seen),
    };
    const over = watchMotion(api, identity, { ...options, pauseMs: 0, retryMs: 0 });
    return { over, heard, server, stopping, identity };
  }
  const nonces = (server: FakeServer) =>
    server.seen
      .filter(({ path }) => path === "/api/commands")
      .map(({ body }) => readJws(JSON.parse(body).jws).payload.nonce);
  const sealed = async (nonce: string) => {
    const age = toBase64Url(await seal(JSON.stringify(SEEN).padEnd(4096), await testIdentity()));
    return reply({ age, nonce });
  };

  it("opens each answer, and signs the next question with the nonce that came with it", async () => {
    const { over, heard, server } = await watching([() => sealed("n1"), () => sealed("n2")], () => VIEWER);
    await expect(over).rejects.toThrow();
    expect(heard.map((seen) => seen?.events)).toEqual([2, 2]);
    expect(nonces(server)).toEqual(["asked", "n1", "n2"]);
  });

  it("asks nothing while there is no live picture", async () => {
    const { over, heard, server, stopping } = await watching([], () => null);
    setTimeout(() => stopping.abort(), 30);
    await expect(over).rejects.toThrow();
    expect(heard.length).toBeGreaterThan(0);
    expect(new Set(heard)).toEqual(new Set([null]));
    expect(server.seen).toEqual([]);
  });

  it("goes on after a refusal that passes, with a fresh nonce", async () => {
    const answers = [
      () => sealed("n1"),
      () => refuse(404, "not_found", "this live view has ended"),
      () => sealed("n2"),
    ];
    const { over, heard, server } = await watching(answers, () => VIEWER);
    await expect(over).rejects.toThrow();
    expect(heard.map((seen) => seen?.events ?? null)).toEqual([2, null, 2]);
    expect(nonces(server)).toEqual(["asked", "n1", "asked", "n2"]);
  });

  it("ends when this device may not", async () => {
    const { over } = await watching([() => refuse(403, "forbidden", "owners only")], () => VIEWER);
    await expect(over).rejects.toThrow(ApiError);
  });

  it("ends when an answer does not open", async () => {
    const junk = () => reply({ age: toBase64Url(new Uint8Array(300)), nonce: "n" });
    await expect((await watching([junk], () => VIEWER)).over).rejects.toThrow();
  });
});

describe("areas", () => {
  const area = (x: number) => ({ kind: "enter" as const, points: [[x, 0], [1, 0], [1, 1]] as const }); // biome-ignore format: one triangle

  it("are sent with four decimals, within the picture", () => {
    expect(rounded([area(0.123456)])[0]?.points[0]).toEqual([0.1235, 0]);
    expect(rounded([area(-0.2)])[0]?.points[0]).toEqual([0, 0]);
  });

  it("are the same when they round to the same", () => {
    expect(sameAreas([area(0.30001)], [area(0.3)])).toBe(true);
    expect(sameAreas([area(0.31)], [area(0.3)])).toBe(false);
    expect(sameAreas([], [area(0.3)])).toBe(false);
  });
});
