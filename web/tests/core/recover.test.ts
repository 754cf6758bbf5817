import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { Api } from "../../src/core/api";
import { concatBytes, fromBase64Url, ownBytes, toBase64Url, toHex, utf8 } from "../../src/core/bytes";
import { FormatError, NoKeyError, StoopError } from "../../src/core/errors";
import { createIdentity, parseIdentity } from "../../src/core/identity";
import { KeyStore, MemoryStore } from "../../src/core/key_store";
import { recoverCamera } from "../../src/core/recover";
import { decrypterOf, identitiesIn, joinRings } from "../../src/core/ring";
import { CAMERA, FakeServer, pattern, readJws, reply, seal, testIdentity } from "./fakes";

const SECRET = pattern(32, 9);

function camera(challenge: Uint8Array<ArrayBuffer>) {
  return new FakeServer({
    "GET /api/hello": () => reply({ camera: CAMERA, claimed: true, online: true, version: "1" }),
    "POST /api/nonce": () => reply({ nonce: "n" }),
    "POST /api/recover": ({ body }) =>
      readJws(JSON.parse(body).jws).payload.action === "recover.begin"
        ? reply({ challenge: toBase64Url(challenge) })
        : reply({ device: "d", camera_name: "Door" }),
  });
}

const actionsOf = (server: FakeServer) =>
  server.seen
    .filter((each) => each.path === "/api/recover")
    .map((each) => readJws(JSON.parse(each.body).jws));

describe("recovery", () => {
  it("answers for its own device key what only the sheet opens, and keeps the whole sheet", async () => {
    const [inForce, older] = [await createIdentity(), await testIdentity()];
    const server = camera(await seal(SECRET, inForce));
    const keys = new KeyStore(new MemoryStore());
    const sheet = `${older.toLowerCase()}\n${inForce}`;

    const options = { code: "abcd-2345", sheet, deviceName: "New phone" };
    const done = await recoverCamera(new Api({ fetch: server.fetch }), keys, options);

    expect(done).toEqual({ device: "d", cameraName: "Door" });
    const [begun, ended] = actionsOf(server);
    expect(begun?.header).toMatchObject({ alg: "HS256", kid: "recover" });
    const key = await keys.deviceKey();
    if (!key) throw new Error("no device key was kept");
    const proof = hmac(sha256, SECRET, concatBytes(utf8("stoop-recover-v1"), key.publicKey));
    expect(ended?.payload.args).toEqual({
      device_key: toBase64Url(key.publicKey),
      device_name: "New phone",
      proof: toBase64Url(ownBytes(proof)),
    });
    expect(await keys.identity()).toBe(`${inForce}\n${older}`);
    expect(JSON.stringify(server.seen)).not.toMatch(/ABCD2345|AGE-SECRET/i);
  });

  it("keeps the older keys that this browser has, where the sheet names the newest alone", async () => {
    const [inForce, older] = [await createIdentity(), await testIdentity()];
    const keys = new KeyStore(new MemoryStore());
    await keys.saveIdentity(older);
    const api = new Api({ fetch: camera(await seal(SECRET, inForce)).fetch });

    await recoverCamera(api, keys, { code: "ABCD2345", sheet: inForce, deviceName: "New" });

    expect(await keys.identity()).toBe(`${inForce}\n${older}`);
  });

  it("with a sheet that is not in force spends no try and keeps nothing", async () => {
    const server = camera(await seal(SECRET, await createIdentity()));
    const keys = new KeyStore(new MemoryStore());
    const options = { code: "ABCD2345", sheet: await testIdentity(), deviceName: "New" };

    await expect(recoverCamera(new Api({ fetch: server.fetch }), keys, options)).rejects.toThrow(NoKeyError);

    expect(actionsOf(server).map((each) => each.payload.action)).toEqual(["recover.begin"]);
    expect(await keys.identity()).toBeNull();
  });

  it("asks nobody while code or sheet can be none", async () => {
    const server = camera(pattern(10));
    const keys = new KeyStore(new MemoryStore());
    const api = new Api({ fetch: server.fetch });
    const sheet = await testIdentity();

    for (const wrong of [{ code: "ABC" }, { sheet: "hello" }, { sheet: sheet.slice(0, -1) }]) {
      const options = { code: "ABCD2345", sheet, deviceName: "New", ...wrong };
      await expect(recoverCamera(api, keys, options)).rejects.toThrow(FormatError);
    }
    expect(server.seen).toEqual([]);
  });
});

describe("a ring of identities", () => {
  it("opens what any of them opens, and names each once, newest first", async () => {
    const [a, b] = [await createIdentity(), await testIdentity()];
    const ring = joinRings(a, joinRings(b, a));
    expect(identitiesIn(ring)).toEqual([a, b]);
    for (const identity of [a, b])
      expect(toHex(await decrypterOf(ring).decrypt(await seal(SECRET, identity)))).toBe(toHex(SECRET));
  });

  it("is read back from a sheet with several keys, and a wrong character in any is noticed", async () => {
    const [a, b] = [await createIdentity(), await testIdentity()];
    const typed = `# Stoop\r\n${a.replace(/(.{5})/g, "$1 ")}\r\n${b.toLowerCase()}\n`;
    expect(await parseIdentity(typed)).toBe(`${a}\n${b}`);
    await expect(parseIdentity(typed.replace(/.\n$/, "\n"))).rejects.toThrow(FormatError);
  });

  it("never drops one silently", async () => {
    const many = Array.from({ length: 32 }, (_, i) => `KEY-${i}`).join("\n");
    expect(identitiesIn(joinRings(many, "KEY-3"))).toHaveLength(32);
    expect(() => joinRings("ANOTHER", many)).toThrow(StoopError);
    expect(fromBase64Url(toBase64Url(utf8(many)))).toHaveLength(utf8(many).length);
  });
});
