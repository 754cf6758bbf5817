import { afterEach, describe, expect, it, vi } from "vitest";
import { NoPushError, subscribe } from "../../src/app/ways/push_browser";
import { fromBase64Url } from "../../src/core/bytes";

const [KEY, OTHER_KEY] = ["AQID", "BAUG"];

function subscription(endpoint: string, key: string | null) {
  return {
    endpoint,
    options: { applicationServerKey: key === null ? null : (fromBase64Url(key).buffer as ArrayBuffer) },
    getKey: () => new ArrayBuffer(3),
    unsubscribe: vi.fn(async () => true),
  };
}

function browserWith(known: ReturnType<typeof subscription> | null, subscribed: () => unknown) {
  const pushManager = { getSubscription: async () => known, subscribe: vi.fn(async () => subscribed()) };
  const serviceWorker = { register: async () => undefined, ready: Promise.resolve({ pushManager }) };
  vi.stubGlobal("navigator", { serviceWorker });
  vi.stubGlobal("window", {});
  return pushManager;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("taking notices in this browser", () => {
  it("goes on with what it has, even where its push service would make no other", async () => {
    const known = subscription("https://push.example/1", KEY);
    const refuse = () => {
      throw new DOMException("no", "AbortError");
    };
    const { subscribe: made } = browserWith(known, refuse);

    expect((await subscribe(KEY)).endpoint).toBe(known.endpoint);

    expect([made.mock.calls.length, known.unsubscribe.mock.calls.length]).toEqual([0, 0]);
  });

  it("ends first what brings no notices any more", async () => {
    const known = subscription("https://push.example/1", KEY);
    browserWith(known, () => subscription("https://push.example/2", KEY));

    expect((await subscribe(KEY, true)).endpoint).toBe("https://push.example/2");

    expect(known.unsubscribe).toHaveBeenCalledOnce();
  });

  it.each([OTHER_KEY, null])("ends first what is for another key (%s)", async (key) => {
    const known = subscription("https://push.example/1", key);
    browserWith(known, () => subscription("https://push.example/2", KEY));

    expect((await subscribe(KEY)).endpoint).toBe("https://push.example/2");

    expect(known.unsubscribe).toHaveBeenCalledOnce();
  });

  it.each([
    ["NotAllowedError", "blocked"],
    ["AbortError", "service"],
  ])("says why there is none (%s)", async (name, why) => {
    browserWith(null, () => {
      throw new DOMException("no", name);
    });
    await expect(subscribe(KEY)).rejects.toSatisfy(
      (error) => error instanceof NoPushError && error.why === why,
    );
  });
});
