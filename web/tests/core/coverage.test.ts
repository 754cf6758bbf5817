import { describe, expect, it } from "vitest";
import { sha256, toHex, utf8 } from "../../src/core/bytes";
import { coverageFile, signCoverage } from "../../src/core/coverage";
import { createDeviceKey } from "../../src/core/device_key";

const ABOUT = {
  camera: "ab".repeat(16),
  name: "Front “door”",
  mask: '{"allow":[[[0,0],[1,0],[1,1]]]}',
  atMs: 0,
};

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));

describe("a neighbour's sheet", () => {
  it("is signed so that anybody's Ed25519 takes it, and no other text", async () => {
    const parts = JSON.parse(coverageFile(await signCoverage(await createDeviceKey(), ABOUT)));
    const spki = bytesOf(parts.key.split("\n")[1]);
    const key = await crypto.subtle.importKey("spki", spki, "Ed25519", false, ["verify"]);
    const check = (text: string) =>
      crypto.subtle.verify("Ed25519", key, bytesOf(parts.signature), utf8(text));
    expect(await check(parts.statement)).toBe(true);
    expect(await check(`${parts.statement} `)).toBe(false);
  });

  it("carries the drawing's exact text and its fingerprint", async () => {
    const signed = await signCoverage(await createDeviceKey(), ABOUT);
    const said = JSON.parse(signed.statement);
    expect(said.mask).toBe(ABOUT.mask);
    expect(said.mask_sha256).toBe(toHex(await sha256(utf8(ABOUT.mask))));
    expect(signed.maskDigest).toBe(said.mask_sha256);
  });
});
