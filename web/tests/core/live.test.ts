import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api } from "../../src/core/api";
import { createDeviceKey, deviceSigner } from "../../src/core/device_key";
import { type LiveState, LiveView, type LiveWorld } from "../../src/core/live";
import { FakeServer, readJws, refuse, reply } from "./fakes";

const VIEWER = "0123456789abcdef";

class FakePeer {
  connectionState = "new";
  onconnectionstatechange: () => void = () => undefined;
  ontrack: (event: unknown) => void = () => undefined;
  localDescription: { sdp: string } | null = null;
  answer = "";
  isClosed = false;
  readonly transceivers: unknown[] = [];

  addTransceiver(kind: string, options: object): void {
    this.transceivers.push([kind, options]);
  }

  async createOffer(): Promise<{ type: string; sdp: string }> {
    return { type: "offer", sdp: "offer" };
  }

  async setLocalDescription(offer: { sdp: string }): Promise<void> {
    this.localDescription = offer;
  }

  async setRemoteDescription(answer: { sdp: string }): Promise<void> {
    this.answer = answer.sdp;
  }

  close(): void {
    this.isClosed = true;
  }

  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange();
  }
}

async function setUp(openLive: () => Response = opened) {
  const peers: FakePeer[] = [];
  const page: { tell: (what: "online" | "visible" | "closing") => void } = { tell: () => undefined };
  const server = new FakeServer({
    "POST /api/nonce": () => reply({ nonce: "n" }),
    "POST /api/live": () => openLive(),
    [`DELETE /api/live/${VIEWER}`]: () => new Response(null, { status: 204 }),
    "POST /api/commands": () => reply({ lives_s: 120 }),
  });
  const api = new Api({ fetch: server.fetch });
  api.setSigner(deviceSigner(await createDeviceKey()));
  const world: LiveWorld = {
    createPeer: () => {
      const peer = new FakePeer();
      peers.push(peer);
      return peer as unknown as RTCPeerConnection;
    },
    now: () => performance.now(),
    watchPage: (listener) => {
      page.tell = listener;
      return () => undefined;
    },
  };
  const view = new LiveView(api, world);
  const states: LiveState[] = [];
  view.state.subscribe((state) => states.push(state));
  return { view, peers, page, server, states, kinds: () => states.map((state) => state.kind) };
}

function opened(): Response {
  return new Response("answer", { status: 201, headers: { Location: `/api/live/${VIEWER}` } });
}

/** Signing is done by real threads, which fake timers do not wait for. */
async function until(isTrue: () => boolean): Promise<void> {
  const begun = performance.now();
  while (!isTrue() && performance.now() - begun < 10_000)
    await new Promise((resolve) => setImmediate(resolve));
  expect(isTrue()).toBe(true);
}

declare const setImmediate: (call: (value?: unknown) => void) => void;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the live picture", () => {
  it("offers to receive video, takes the answer, and is live once connected", async () => {
    const { view, peers, kinds } = await setUp();
    view.start();
    await until(() => peers[0]?.answer === "answer");
    expect(peers[0]?.transceivers).toEqual([["video", { direction: "recvonly" }]]);
    peers[0]?.become("connected");
    await until(() => kinds().includes("live"));
    expect(kinds()).toEqual(["connecting", "live"]);
    view.pictureShown();
    expect(view.firstPictureMs.value).toBeGreaterThanOrEqual(0);
    view.stop();
    expect(kinds().at(-1)).toBe("ended");
    await until(() => peers[0]?.isClosed === true);
  });

  it("tells the server when it is stopped, and when the page closes", async () => {
    for (const way of ["stop", "closing"]) {
      const { view, peers, page, server } = await setUp();
      view.start();
      await until(() => peers[0]?.answer === "answer");
      if (way === "stop") view.stop();
      else page.tell("closing");
      await until(() => server.paths().includes(`DELETE /api/live/${VIEWER}`));
      view.stop();
    }
  });

  it("renews its ticket every minute, and opens a new one when that is refused", async () => {
    const { view, peers, server, kinds } = await setUp();
    view.start();
    await until(() => peers[0]?.answer === "answer");
    peers[0]?.become("connected");
    const renewals = () => server.seen.filter((request) => request.path === "/api/commands");
    for (const n of [1, 2]) {
      await vi.advanceTimersByTimeAsync(60_000);
      await until(() => renewals().length === n);
    }
    const { payload } = readJws(JSON.parse(renewals()[0]?.body ?? "").jws);
    expect(payload).toMatchObject({ action: "live.renew", args: { viewer: VIEWER } });
    expect(kinds()).toEqual(["connecting", "live"]);
    view.stop();
  });

  it("connects again after the connection broke, at once when the network is back", async () => {
    const { view, peers, page, kinds } = await setUp();
    view.start();
    await until(() => peers[0]?.answer === "answer");
    peers[0]?.become("connected");
    peers[0]?.become("failed");
    await until(() => kinds().includes("reconnecting"));
    expect(peers[0]?.isClosed).toBe(true);
    page.tell("online");
    await until(() => peers[1]?.answer === "answer");
    peers[1]?.become("connected");
    expect(kinds()).toEqual(["connecting", "live", "reconnecting", "live"]);
    view.stop();
  });

  it("forgives a short disconnection and not a long one", async () => {
    const { view, peers, kinds } = await setUp();
    view.start();
    await until(() => peers[0]?.answer === "answer");
    peers[0]?.become("connected");
    peers[0]?.become("disconnected");
    await vi.advanceTimersByTimeAsync(3000);
    peers[0]?.become("connected");
    await vi.advanceTimersByTimeAsync(9000);
    expect(kinds()).toEqual(["connecting", "live"]);
    peers[0]?.become("disconnected");
    await vi.advanceTimersByTimeAsync(4500);
    await until(() => kinds().includes("reconnecting"));
    view.stop();
  });

  it("gives up on peers that never find each other, and tries again", async () => {
    const { view, peers, kinds } = await setUp();
    view.start();
    await until(() => peers[0]?.answer === "answer");
    await vi.advanceTimersByTimeAsync(10_500);
    await until(() => kinds().includes("reconnecting"));
    await vi.advanceTimersByTimeAsync(10_000);
    await until(() => peers.length > 1);
    view.stop();
  });

  it.each([
    [403, "forbidden", "forbidden"],
    [401, "unknown_device", "unknown_device"],
  ])("ends for good at %i %s", async (status, code, why) => {
    const { view, states } = await setUp(() => refuse(status, code, "no"));
    view.start();
    await until(() => states.at(-1)?.kind === "ended");
    expect(states.at(-1)).toEqual({ kind: "ended", why, message: "no" });
  });

  it.each([
    [503, "camera_away"],
    [409, "conflict"],
  ])("waits for a camera that is away (%i %s)", async (status, code) => {
    let isAway = true;
    const { view, peers, kinds } = await setUp(() => (isAway ? refuse(status, code, "away") : opened()));
    view.start();
    await until(() => kinds().includes("camera_away"));
    isAway = false;
    await vi.advanceTimersByTimeAsync(10_000);
    await until(() => peers.at(-1)?.answer === "answer");
    view.stop();
  });

  it("can be started again after it was stopped", async () => {
    const { view, peers, kinds } = await setUp();
    view.start();
    view.start();
    await until(() => peers[0]?.answer === "answer");
    view.stop();
    view.start();
    await until(() => peers[1]?.answer === "answer");
    expect(kinds()).toEqual(["connecting", "ended", "connecting"]);
    view.stop();
  });
});
