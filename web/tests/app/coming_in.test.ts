import { describe, expect, it } from "vitest";
import { comingIn, joinHere, recoverHere } from "../../src/app/coming_in";
import type { Stage } from "../../src/app/home";
import { Api } from "../../src/core/api";
import { NoAnswerError } from "../../src/core/errors";
import { createIdentity } from "../../src/core/identity";
import { KeyStore, MemoryStore } from "../../src/core/key_store";
import type { Me } from "../../src/core/messages";
import { Subject } from "../../src/core/observable";
import { pairLink } from "../../src/core/pairing";
import { CAMERA, FakeServer, refuse, reply } from "../core/fakes";

/** Takes what `failures` holds first, then lets in. */
function door(failures: Error[]) {
  const home = {
    entered: 0,
    enter: async () => {
      const failure = failures.shift();
      if (failure) throw failure;
      home.entered += 1;
    },
  };
  return home;
}

describe("coming in by what is good for one use", () => {
  it("uses it once, and the next tap only enters", async () => {
    const home = door([new NoAnswerError("lost"), new NoAnswerError("lost")]);
    const used: string[] = [];
    const comeIn = comingIn(home, async (code: string) => {
      used.push(code);
      return "Door";
    });

    await expect(comeIn("A")).rejects.toThrow(NoAnswerError);
    await expect(comeIn("A")).rejects.toThrow(NoAnswerError);
    expect(await comeIn("A")).toBe("Door");

    expect([used, home.entered]).toEqual([["A"], 1]);
  });

  it("tries again, as it is typed then, where it was not taken", async () => {
    const home = door([]);
    const used: string[] = [];
    const comeIn = comingIn(home, async (code: string) => {
      used.push(code);
      if (code === "wrong") throw new NoAnswerError("lost");
    });

    await expect(comeIn("wrong")).rejects.toThrow(NoAnswerError);
    expect(home.entered).toBe(0);
    await comeIn("right");

    expect([used, home.entered]).toEqual([["wrong", "right"], 1]);
  });
});

describe("a recovery whose code is used up", () => {
  const options = { code: "ABCD2345", sheet: "", deviceName: "New" };
  const recover = async (isMine: boolean, code: string) => {
    const server = new FakeServer({
      "GET /api/hello": () => reply({ camera: CAMERA, claimed: true, online: true, version: "1" }),
      "POST /api/nonce": () => reply({ nonce: "n" }),
      "POST /api/recover": () => refuse(409, code, "no"),
    });
    const [api, keys] = [new Api({ fetch: server.fetch }), new KeyStore(new MemoryStore())];
    const home = { isMine: async () => isMine };
    return recoverHere(api, keys, home, { ...options, sheet: await createIdentity() });
  };

  it("went well where the camera knows this browser", async () => {
    expect(await recover(true, "no_code")).toBeNull();
  });

  it.each([
    [false, "no_code"],
    [true, "bad_code"],
  ])("fails where its being known is %s and the camera says %s", async (isMine, code) => {
    await expect(recover(isMine, code)).rejects.toMatchObject({ code });
  });
});

describe("an invitation that is used up", () => {
  const join = async (
    isMine: boolean,
    code: string,
    stage: Stage = { kind: "unpaired", wasRemoved: false },
  ) => {
    const server = new FakeServer({
      "GET /api/hello": () => reply({ camera: CAMERA, claimed: true, online: true, version: "1" }),
      "POST /api/nonce": () => reply({ nonce: "n" }),
      "POST /api/pair": () => refuse(404, code, "no"),
    });
    const [api, keys] = [new Api({ fetch: server.fetch }), new KeyStore(new MemoryStore())];
    const link = pairLink("", "a".repeat(32), new Uint8Array(32));
    const name = await joinHere(
      api,
      keys,
      { isMine: async () => isMine, stage: new Subject(stage) },
      link,
      "New",
    );
    return { name, camera: await keys.cameraId() };
  };

  it("was used by this browser where the camera knows it, which keeps whose it is", async () => {
    expect(await join(true, "not_found")).toEqual({ name: null, camera: CAMERA });
  });

  it.each([
    [false, "not_found"],
    [true, "storage"],
  ])("fails where its being known is %s and the camera says %s", async (isMine, code) => {
    await expect(join(isMine, code)).rejects.toMatchObject({ code });
  });

  it("was used by somebody else where this browser was in before", async () => {
    const me = { device: "d".repeat(32), name: "Phone", role: "viewer" } as Me;
    await expect(join(true, "not_found", { kind: "in", me })).rejects.toMatchObject({ code: "not_found" });
  });
});
