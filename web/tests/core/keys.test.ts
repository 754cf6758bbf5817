import { identityToRecipient } from "age-encryption";
import { describe, expect, it } from "vitest";
import { Api } from "../../src/core/api";
import { equalBytes, fromBase64Url, fromHex, fromUtf8, toBase64Url, toHex, utf8 } from "../../src/core/bytes";
import {
  claimCamera,
  claimKey,
  isNotShownYet,
  isWholeClaimCode,
  parseClaimCode,
  shownClaimCode,
  shownText,
} from "../../src/core/claim";
import {
  createDeviceKey,
  type DeviceKey,
  deviceIdOf,
  deviceSigner,
  publicKeyText,
} from "../../src/core/device_key";
import { AlteredError, ApiError, FormatError, NoAnswerError, NoKeyError } from "../../src/core/errors";
import { createIdentity, parseIdentity, recipientOf, recoverySheet } from "../../src/core/identity";
import { hmacSigner, signJws } from "../../src/core/jws";
import { KeyStore, MemoryStore } from "../../src/core/key_store";
import {
  acceptInvite,
  invite,
  inviteSigner,
  pairLink,
  parsePairLink,
  unwrapIdentity,
  wrapIdentity,
} from "../../src/core/pairing";
import { CAMERA, FakeServer, pattern, randomly, readJws, refuse, reply, testIdentity } from "./fakes";

async function verifies(jws: string, publicKey: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const [header, payload, signature] = jws.split(".") as [string, string, string];
  const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, fromBase64Url(signature), utf8(`${header}.${payload}`));
}

describe("base64url", () => {
  it("gives back what went in, and takes one spelling only", () => {
    const random = randomly(1);
    for (let i = 0; i < 200; i++) {
      const bytes = pattern(random(70), i + 1);
      expect(equalBytes(fromBase64Url(toBase64Url(bytes)), bytes)).toBe(true);
      expect(equalBytes(fromHex(toHex(bytes)), bytes)).toBe(true);
    }
    for (const bad of ["A", "AB=", "A+", "AB\n", "AB"]) expect(() => fromBase64Url(bad)).toThrow(FormatError);
    for (const bad of ["a", "AB", "zz"]) expect(() => fromHex(bad)).toThrow(FormatError);
  });
});

describe("a signed command", () => {
  it("verifies under the device's public key and has exactly the members of the contract", async () => {
    const key = await createDeviceKey();
    const jws = await signJws(deviceSigner(key), { action: "login", args: {}, nonce: "n" });
    expect(await verifies(jws, key.publicKey)).toBe(true);
    const { header, payload } = readJws(jws);
    expect(header).toEqual({ alg: "EdDSA", kid: key.id, typ: "stoop+jws" });
    expect(payload).toEqual({ action: "login", args: {}, nonce: "n" });
  });

  it("under HS256 matches the example of RFC 7515 appendix A.1", async () => {
    const key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    const signer = await hmacSigner("claim", fromBase64Url(key));
    const signed =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    expect(toBase64Url(await signer.sign(utf8(signed)))).toBe("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  });
});

describe("the device key", () => {
  it("cannot be taken out, and its id is half of the hash of its public half", async () => {
    const key = await createDeviceKey();
    await expect(crypto.subtle.exportKey("pkcs8", key.privateKey)).rejects.toThrow();
    expect(key.id).toMatch(/^[0-9a-f]{32}$/);
    expect(await deviceIdOf(key.publicKey)).toBe(key.id);
    // SHA-256 of 32 zero bytes begins so.
    expect(await deviceIdOf(new Uint8Array(32))).toBe("66687aadf862bd776c8fc18b8e9f8e20");
  });
});

describe("the claim code", () => {
  it.each([
    ["ABCD-EFGH", "ABCDEFGH"],
    [" abcd efgh ", "ABCDEFGH"],
    ["oil0-7890", "01107890"],
    ["ABCD–EFGH", "ABCDEFGH"],
  ])("typed as %j is %s", (typed, code) => {
    expect(parseClaimCode(typed)).toBe(code);
    expect(isWholeClaimCode(typed)).toBe(true);
  });

  it.each(["", "ABCD-EFG", "ABCD-EFGHJ", "ABCD-EFGU", "ABCD-EF!H"])("is not %j", (typed) => {
    expect(() => parseClaimCode(typed)).toThrow(FormatError);
    expect(isWholeClaimCode(typed)).toBe(false);
  });

  it("is shown in two groups while it is typed", () => {
    expect(["", "abc", "abcde", "abcdefghjk", "a!b"].map(shownClaimCode)).toEqual([
      "",
      "ABC",
      "ABCD-E",
      "ABCD-EFGH",
      "AB",
    ]);
  });

  it("is stretched by scrypt as the camera does it", async () => {
    // By Python's hashlib.scrypt.
    const expected = "b40a8752a348da0f81dd8a56b8a655827251a39a6fd4fe8a0c187675a861c230";
    expect(toHex(await claimKey("ABCDEFGH", CAMERA))).toBe(expected);
  });
});

describe("claiming", () => {
  const options = { code: "abcd-efgh", cameraName: "Front door", deviceName: "Phone" };
  const routes = {
    "GET /api/hello": () => reply({ camera: CAMERA, claimed: false, online: true, version: "1" }),
    "POST /api/nonce": () => reply({ nonce: "nonce-1" }),
  };

  it("sends keys signed with the code, and never the code", async () => {
    const server = new FakeServer({ ...routes, "POST /api/claim": () => reply({ device: "d" }) });
    const keys = new KeyStore(new MemoryStore());
    const identity = await testIdentity();
    await claimCamera(new Api({ fetch: server.fetch }), keys, { ...options, identity });
    const { header, payload } = readJws(JSON.parse(server.seen.at(-1)?.body ?? "").jws);
    expect(header).toEqual({ alg: "HS256", kid: "claim", typ: "stoop+jws" });
    expect(payload).toEqual({
      action: "claim",
      args: {
        device_key: toBase64Url((await keys.deviceKey())?.publicKey ?? new Uint8Array()),
        device_name: "Phone",
        recipient: await identityToRecipient(identity),
        camera_name: "Front door",
      },
      nonce: "nonce-1",
    });
    expect(JSON.stringify(server.seen)).not.toMatch(/abcd-?efgh/i);
    expect([await keys.identity(), await keys.cameraId()]).toEqual([identity, CAMERA]);
  });

  it("keeps the keys before the camera has them, and the same device key for a second try", async () => {
    const server = new FakeServer({
      ...routes,
      "POST /api/claim": () => refuse(403, "bad_code", "that is not the code: 4 tries left"),
    });
    const keys = new KeyStore(new MemoryStore());
    const identity = await testIdentity();
    const claim = () => claimCamera(new Api({ fetch: server.fetch }), keys, { ...options, identity });
    await expect(claim()).rejects.toMatchObject({
      code: "bad_code",
      message: expect.stringContaining("4 tries"),
    });
    const first = await keys.deviceKey();
    expect(await keys.identity()).toBe(identity);
    await expect(claim()).rejects.toThrow(ApiError);
    expect((await keys.deviceKey())?.id).toBe(first?.id);
  });

  it("waits for a camera that is still starting", async () => {
    const server = new FakeServer({
      "GET /api/hello": () => reply({ camera: null, claimed: null, online: false }),
    });
    const keys = new KeyStore(new MemoryStore());
    const claim = claimCamera(new Api({ fetch: server.fetch }), keys, {
      ...options,
      identity: await testIdentity(),
    });
    await expect(claim).rejects.toThrow(NoAnswerError);
    expect(await keys.identity()).toBeNull();
  });
});

describe("pairing", () => {
  it("hands the identity on through the link, and the camera's part opens nothing", async () => {
    const given: { args?: { invite: string; public_key: string; sealed_identity: string } } = {};
    const inviter = new FakeServer({
      "POST /api/nonce": () => reply({ nonce: "n" }),
      "POST /api/commands": ({ body }) => {
        Object.assign(given, readJws(JSON.parse(body).jws).payload);
        return reply({ expires_s: 600 });
      },
    });
    const identity = await createIdentity();
    const owner = new KeyStore(new MemoryStore());
    await owner.saveIdentity(identity);
    const api = new Api({ fetch: inviter.fetch });
    api.setSigner(deviceSigner(await createDeviceKey()));
    const made = await invite(api, owner, "https://door.local:8443", "owner");
    expect(made.link).toMatch(/^https:\/\/door\.local:8443\/pair#[0-9a-f]{32}\.[\w-]{43}$/);
    expect(JSON.stringify(inviter.seen)).not.toContain(made.link.split(".").at(-1));

    let pairing = "";
    const joiner = new FakeServer({
      "GET /api/hello": () => reply({ camera: CAMERA, claimed: true, online: true, version: "1" }),
      "POST /api/nonce": () => reply({ nonce: "n2" }),
      "POST /api/pair": ({ body }) => {
        pairing = JSON.parse(body).jws;
        return reply({
          device: "d",
          role: "owner",
          sealed_identity: given.args?.sealed_identity,
          camera_name: "Door",
        });
      },
    });
    const joined = new KeyStore(new MemoryStore());
    const accepted = await acceptInvite(new Api({ fetch: joiner.fetch }), joined, made.link, "Tablet");
    expect(accepted).toEqual({ device: "d", role: "owner", cameraName: "Door" });
    expect(await joined.identity()).toBe(identity);
    expect(readJws(pairing).header).toMatchObject({ kid: `invite:${given.args?.invite}` });
    expect(await verifies(pairing, fromBase64Url(given.args?.public_key ?? ""))).toBe(true);
  });

  it("derives the keys of the contract", async () => {
    // The public half and the wrapping key by Python's cryptography.
    const secret = Uint8Array.from({ length: 32 }, (_, i) => i);
    const raw = fromHex("90b26daa715fd1626fb6e99a657d710841793291ab73f1ee9faa1cc29441b7a5");
    const wrapKey = fromHex("411b8af5deb50f6095841e6e6d5b0754a302ec80eb21bbc059d1566f2723e57c");
    const jws = await signJws(await inviteSigner("ab".repeat(16), secret), {
      action: "pair",
      args: {},
      nonce: "n",
    });
    expect(await verifies(jws, raw)).toBe(true);
    const wrapped = await wrapIdentity(secret, "text");
    const key = await crypto.subtle.importKey("raw", wrapKey, "AES-GCM", false, ["decrypt"]);
    const algorithm = { name: "AES-GCM", iv: wrapped.slice(0, 12) };
    const plain = await crypto.subtle.decrypt(algorithm, key, wrapped.slice(12));
    expect(fromUtf8(new Uint8Array(plain))).toBe("text");
  });

  it("refuses an identity that was wrapped for another link", async () => {
    const wrapped = await wrapIdentity(pattern(32, 1), "text");
    await expect(unwrapIdentity(pattern(32, 2), wrapped)).rejects.toThrow(AlteredError);
  });

  it("refuses what is no whole link", () => {
    const link = pairLink("https://x", "ab".repeat(16), pattern(32));
    expect(parsePairLink(link)).toEqual(parsePairLink(link.slice(link.indexOf("#"))));
    for (const bad of ["", "https://x/pair", link.slice(0, -1), link.replace(".", ""), `${link}A`])
      expect(() => parsePairLink(bad)).toThrow(FormatError);
  });

  it("of an owner needs the identity, of a viewer does not", async () => {
    const server = new FakeServer({
      "POST /api/nonce": () => reply({ nonce: "n" }),
      "POST /api/commands": () => reply({ expires_s: 600 }),
    });
    const api = new Api({ fetch: server.fetch });
    api.setSigner(deviceSigner(await createDeviceKey()));
    const empty = new KeyStore(new MemoryStore());
    await expect(invite(api, empty, "https://x", "owner")).rejects.toThrow(NoKeyError);
    await expect(invite(api, empty, "https://x", "viewer")).resolves.toMatchObject({ expiresS: 600 });
  });
});

describe("the recovery sheet", () => {
  it("is read back from what is typed, whatever its spaces, breaks and case", async () => {
    const identity = await createIdentity();
    const sheet = recoverySheet(identity, "Front door", CAMERA);
    expect(sheet.lines.flat().join("")).toBe(identity);
    expect(sheet.lines.flat().every((group) => group.length <= 5)).toBe(true);
    for (const typed of [identity, sheet.text, sheet.text.toLowerCase(), `# Front door\r\n${sheet.text}\r\n`])
      expect(await parseIdentity(typed)).toBe(identity);
  });

  it("with a wrong or missing character is refused", async () => {
    const identity = await createIdentity();
    const random = randomly(8);
    for (let i = 0; i < 20; i++) {
      const at = 20 + random(identity.length - 20);
      const other = identity[at] === "Q" ? "P" : "Q";
      const wrong = identity.slice(0, at) + other + identity.slice(at + 1);
      await expect(parseIdentity(wrong)).rejects.toThrow(FormatError);
      await expect(parseIdentity(identity.slice(0, at) + identity.slice(at + 1))).rejects.toThrow(
        FormatError,
      );
    }
    await expect(parseIdentity("hello")).rejects.toThrow(FormatError);
  });

  it("tells the recipient of both kinds of identity", async () => {
    expect(await recipientOf(await createIdentity())).toMatch(/^age1pq1/);
    expect(await recipientOf(await testIdentity())).toMatch(/^age1(?!pq1)/);
  });
});

describe("the key store", () => {
  it("forgets how far it saw the record of another camera", async () => {
    const keys = new KeyStore(new MemoryStore());
    await keys.saveCameraId("aa".repeat(16));
    await keys.savePin({ epoch: 3, records: 40, root: "00".repeat(32) });
    await keys.saveCameraId("aa".repeat(16));
    expect(await keys.pin()).toEqual({ epoch: 3, records: 40, root: "00".repeat(32) });
    await keys.saveCameraId("bb".repeat(16));
    expect(await keys.pin()).toBeNull();
  });

  it("keeps the identity only wrapped", async () => {
    const values = new MemoryStore();
    const keys = new KeyStore(values);
    expect(await keys.identity()).toBeNull();
    const identity = await testIdentity();
    await keys.saveIdentity(identity);
    expect(await keys.identity()).toBe(identity);
    const kept = (await values.get("identity")) as { key: CryptoKey; sealed: ArrayBuffer };
    expect(kept.key.extractable).toBe(false);
    expect(new TextDecoder("latin1").decode(kept.sealed)).not.toContain(identity);
    await values.put("identity", { ...kept, sealed: kept.sealed.slice(1) });
    await expect(keys.identity()).rejects.toThrow(NoKeyError);
  });

  it("forgets everything when told", async () => {
    const keys = new KeyStore(new MemoryStore());
    await keys.saveDeviceKey(await createDeviceKey());
    await keys.savePin({ epoch: 1, records: 2, root: "ab" });
    await keys.forgetAll();
    expect([await keys.deviceKey(), await keys.pin()]).toEqual([null, null]);
  });
});

describe("a key held before the lens", () => {
  it("is shown as text without a secret, and claims by its own signature", async () => {
    const server = new FakeServer({
      "GET /api/hello": () => reply({ camera: CAMERA, claimed: false, online: true, version: "1" }),
      "POST /api/nonce": () => reply({ nonce: "nonce-1" }),
      "POST /api/claim": () => refuse(409, "not_shown", "the camera has not seen this code yet"),
    });
    const keys = new KeyStore(new MemoryStore());
    const options = { code: null, identity: await testIdentity(), cameraName: "Door", deviceName: "Phone" };

    const failure = await claimCamera(new Api({ fetch: server.fetch }), keys, options).catch(
      (error) => error,
    );

    const key = (await keys.deviceKey()) as DeviceKey;
    const { header, payload } = readJws(JSON.parse(server.seen.at(-1)?.body ?? "").jws);
    expect(isNotShownYet(failure)).toBe(true);
    expect(header).toEqual({ alg: "EdDSA", kid: "shown", typ: "stoop+jws" });
    expect(payload).toMatchObject({ action: "claim", args: { device_key: publicKeyText(key) } });
    expect(shownText(CAMERA, key)).toBe(`stoop1:${CAMERA.slice(0, 8)}:${publicKeyText(key)}`);
    expect(new TextEncoder().encode(shownText(CAMERA, key)).length).toBeLessThanOrEqual(62); // version 4, level M
  });
});
