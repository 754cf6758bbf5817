import { describe, expect, it } from "vitest";
import { Api } from "../../src/core/api";
import { utf8 } from "../../src/core/bytes";
import { createDeviceKey, deviceSigner } from "../../src/core/device_key";
import { ApiError, FormatError, NoAnswerError } from "../../src/core/errors";
import type { CameraEvent, CameraState } from "../../src/core/messages";
import { SseParser } from "../../src/core/sse";
import { FakeServer, randomly, readJws, refuse, reply } from "./fakes";

const me = { device: "d", name: "Phone", role: "owner" };

async function signedIn(server: FakeServer, timeLimitMs = 1000): Promise<Api> {
  const api = new Api({ fetch: server.fetch, timeLimitMs });
  api.setSigner(deviceSigner(await createDeviceKey()));
  return api;
}

describe("the client", () => {
  it("tells a refusal by code, sentence and status", async () => {
    const server = new FakeServer({ "GET /api/hello": () => refuse(429, "too_many", "wait a minute") });
    const call = new Api({ fetch: server.fetch }).hello();
    await expect(call).rejects.toMatchObject({ code: "too_many", message: "wait a minute", status: 429 });
  });

  it("tells a foreign error page by its status alone", async () => {
    const server = new FakeServer({ "GET /api/hello": () => new Response("<h1>no", { status: 502 }) });
    await expect(new Api({ fetch: server.fetch }).hello()).rejects.toMatchObject({
      code: "http",
      status: 502,
    });
  });

  it("gives up on an answer that never comes, and on a body that never ends", async () => {
    const silent = (_: unknown, init?: RequestInit) =>
      new Promise<Response>((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      });
    const endless = async (_: unknown, init?: RequestInit) =>
      new Response(
        new ReadableStream({
          start: (body) => init?.signal?.addEventListener("abort", () => body.error(init.signal?.reason)),
        }),
      );
    for (const fetch of [silent, endless] as (typeof globalThis.fetch)[])
      await expect(new Api({ fetch, timeLimitMs: 20 }).hello()).rejects.toThrow(NoAnswerError);
  });

  it("says FormatError to an answer that is no JSON", async () => {
    const server = new FakeServer({ "GET /api/hello": () => new Response("hello") });
    await expect(new Api({ fetch: server.fetch }).hello()).rejects.toThrow(FormatError);
  });

  it("logs in silently when the session ended, once for all callers, and tries again", async () => {
    let hasSession = false;
    const server = new FakeServer({
      "GET /api/clips": () => (hasSession ? reply({ clips: [] }) : refuse(401, "not_signed_in", "sign in")),
      "GET /api/state": () => (hasSession ? reply({}) : refuse(401, "not_signed_in", "sign in")),
      "POST /api/nonce": () => reply({ nonce: "n" }),
      "POST /api/login": () => {
        hasSession = true;
        return reply(me);
      },
    });
    const api = await signedIn(server);
    await Promise.all([api.clips(), api.state(), api.clips()]);
    expect(server.paths().filter((path) => path === "POST /api/login")).toHaveLength(1);
  });

  it("does not log in again and again when the login does not help", async () => {
    const server = new FakeServer({
      "GET /api/clips": () => refuse(401, "not_signed_in", "sign in"),
      "POST /api/nonce": () => reply({ nonce: "n" }),
      "POST /api/login": () => reply(me),
    });
    await expect((await signedIn(server)).clips()).rejects.toMatchObject({ status: 401 });
    expect(server.paths().filter((path) => path === "POST /api/login")).toHaveLength(1);
  });

  it("signs a command over a fresh nonce, and takes another when that one ran out", async () => {
    const nonces = ["old", "new"];
    const sent: string[] = [];
    const server = new FakeServer({
      "POST /api/nonce": () => reply({ nonce: nonces.shift() }),
      "POST /api/commands": ({ body }) => {
        const { payload } = readJws(JSON.parse(body).jws);
        sent.push(payload.nonce);
        return payload.nonce === "old" ? refuse(401, "bad_nonce", "too old") : reply({ lives_s: 120 });
      },
    });
    const result = await (await signedIn(server)).command("live.renew", { viewer: "00".repeat(8) });
    expect(result).toEqual({ lives_s: 120 });
    expect(sent).toEqual(["old", "new"]);
  });

  it("asks nothing of the camera in a browser that is not paired", async () => {
    const server = new FakeServer({});
    await expect(new Api({ fetch: server.fetch }).command("clip.record", {})).rejects.toThrow(ApiError);
    expect(server.seen).toEqual([]);
  });

  it("opens the live picture with a signed ticket and closes it by the viewer's id", async () => {
    const viewer = "0123456789abcdef";
    const server = new FakeServer({
      "POST /api/nonce": () => reply({ nonce: "n" }),
      "POST /api/live": () =>
        new Response("answer", { status: 201, headers: { Location: `/api/live/${viewer}` } }),
      [`DELETE /api/live/${viewer}`]: () => new Response(null, { status: 204 }),
    });
    const api = await signedIn(server);
    expect(await api.openLive("offer")).toEqual({ viewer, answerSdp: "answer" });
    const request = server.seen.at(-1);
    expect([request?.body, request?.headers.get("Content-Type")]).toEqual(["offer", "application/sdp"]);
    const ticket = readJws(request?.headers.get("Authorization")?.replace("Bearer ", "") ?? "");
    expect(ticket.payload.action).toBe("live.open");
    await api.closeLive(viewer, { keepalive: true });
    expect(server.paths().at(-1)).toBe(`DELETE /api/live/${viewer}`);
  });

  it("reads ranges, the end of the file, and refuses another part than it asked for", async () => {
    const range = (status: number, header: string, body = "") =>
      new FakeServer({
        "GET /api/clips/aa": () =>
          new Response(status === 204 ? null : body, { status, headers: { "Content-Range": header } }),
      });
    const read = async (server: FakeServer) => (await signedIn(server)).clipRanges("aa")(10, 14);
    const good = await read(range(206, "bytes 10-13/99", "abcd"));
    expect([new TextDecoder().decode(good.bytes), good.totalBytes]).toEqual(["abcd", 99]);
    expect(await read(range(206, "bytes 10-11/12", "ab"))).toMatchObject({ totalBytes: 12 });
    expect(await read(range(416, "bytes */5"))).toMatchObject({ totalBytes: 5 });
    const whole = new FakeServer({ "GET /api/clips/aa": () => new Response("0123456789abcdef") });
    expect((await read(whole)).bytes).toEqual(utf8("abcd"));
    for (const bad of [
      range(206, "bytes 9-12/99", "abcd"),
      range(206, "bytes 10-14/99", "abcde"),
      range(206, "", ""),
    ])
      await expect(read(bad)).rejects.toThrow(FormatError);
    expect(range(206, "").seen).toEqual([]);
  });

  it("leaves at once when the caller does", async () => {
    const stop = new AbortController();
    stop.abort(new Error("left"));
    const api = await signedIn(new FakeServer({}));
    await expect(api.thumbnail("aa", stop.signal)).rejects.toThrow("left");
  });
});

describe("server-sent events", () => {
  const text = ': hello\n\nevent: state\ndata: {"a":\ndata: 1}\n\nevent: link\r\ndata: ü\r\n\r\ndata:x\n\n\n';
  const expected = [
    { event: "state", data: '{"a":\n1}' },
    { event: "link", data: "ü" },
    { event: "message", data: "x" },
  ];

  it("are the same however the bytes are cut", () => {
    const bytes = new TextEncoder().encode(text);
    const random = randomly(2);
    for (let i = 0; i < 100; i++) {
      const parser = new SseParser();
      const got = [];
      for (let at = 0; at < bytes.length; ) {
        const next = at + 1 + random(9);
        got.push(...parser.feed(bytes.slice(at, next)));
        at = next;
      }
      expect(got).toEqual(expected);
    }
  });

  it("with a line without end are given up", () => {
    const parser = new SseParser();
    expect(() => {
      for (let i = 0; i < 40; i++) parser.feed(new Uint8Array(64 * 1024).fill(65));
    }).toThrow(RangeError);
  });
});

describe("watching events", () => {
  const stream = (text: string) => new Response(text, { headers: { "Content-Type": "text/event-stream" } });

  it("tells state, events and the link, and opens the stream again when it breaks", async () => {
    let opened = 0;
    const server = new FakeServer({
      "GET /api/events": () => {
        opened++;
        return stream(
          'event: link\ndata: {"online":true}\n\nevent: state\ndata: {"name":"Door"}\n\nevent: event\ndata: {"kind":"motion.started","at_ms":5,"clip":null}\n\n',
        );
      },
    });
    const api = await signedIn(server);
    const got: { states: CameraState[]; events: CameraEvent[]; links: boolean[]; connections: boolean[] } = {
      states: [],
      events: [],
      links: [],
      connections: [],
    };
    await new Promise<void>((resolve) => {
      const watching = api.events({
        state: (state) => got.states.push(state),
        event: (event) => {
          got.events.push(event);
          if (opened === 2) {
            watching.close();
            resolve();
          }
        },
        link: (isOnline) => got.links.push(isOnline),
        connection: (isConnected) => got.connections.push(isConnected),
      });
    });
    expect(got.states[0]).toEqual({ name: "Door" });
    expect(got.events[0]).toEqual({ kind: "motion.started", at_ms: 5, clip: null });
    expect(got.links).toEqual([true, true]);
    expect(got.connections.slice(0, 3)).toEqual([true, false, true]);
  });

  it("logs in when the session ended, and ends when this device was revoked", async () => {
    let logins = 0;
    const server = new FakeServer({
      "GET /api/events": () => refuse(401, "not_signed_in", "sign in"),
      "POST /api/nonce": () => reply({ nonce: "n" }),
      "POST /api/login": () => {
        logins++;
        return logins < 3 ? reply(me) : refuse(401, "unknown_device", "this device is not paired");
      },
    });
    const api = await signedIn(server);
    const error = await new Promise<ApiError>((resolve) => {
      api.events({ state: () => undefined, event: () => undefined, refused: resolve });
    });
    expect(error.code).toBe("unknown_device");
    expect(logins).toBe(3);
  });
});
