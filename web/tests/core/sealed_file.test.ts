import { generateHybridIdentity } from "age-encryption";
import { describe, expect, it } from "vitest";
import { type Bytes, concatBytes, equalBytes } from "../../src/core/bytes";
import { AlteredError, FormatError, NoKeyError } from "../../src/core/errors";
import { rangesOf } from "../../src/core/ranges";
import { CHUNK_BYTES, SealedFile } from "../../src/core/sealed_file";
import { pattern, randomly, seal, testIdentity } from "./fakes";

const SEALED_CHUNK_BYTES = CHUNK_BYTES + 16;
const SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 5 * CHUNK_BYTES + 77];

async function open(sealed: Bytes): Promise<SealedFile> {
  return SealedFile.open(rangesOf(sealed), await testIdentity());
}

async function everything(file: SealedFile): Promise<Bytes> {
  const parts: Bytes[] = [];
  for await (const chunk of file.chunks()) parts.push(chunk.bytes);
  return concatBytes(...parts);
}

/** Bytes before the first chunk. */
function payloadStart(sealedBytes: number, plaintextBytes: number): number {
  const chunks = Math.max(1, Math.ceil(plaintextBytes / CHUNK_BYTES));
  return sealedBytes - plaintextBytes - 16 * chunks;
}

describe("a sealed file", () => {
  it.each(SIZES)("of %i bytes gives what was sealed and is complete", async (size) => {
    const plaintext = pattern(size);
    const file = await open(await seal(plaintext, await testIdentity()));
    expect(file.plaintextBytes).toBe(size);
    expect(file.endedEarly).toBe(false);
    expect(equalBytes(await everything(file), plaintext)).toBe(true);
  });

  it("opens with a post-quantum identity", async () => {
    const identity = await generateHybridIdentity();
    const sealed = await seal(pattern(100_000), identity);
    const file = await SealedFile.open(rangesOf(sealed), identity);
    expect(equalBytes(await everything(file), pattern(100_000))).toBe(true);
  });

  it("gives any part at any time", async () => {
    const plaintext = pattern(5 * CHUNK_BYTES + 77);
    const file = await open(await seal(plaintext, await testIdentity()));
    const random = randomly(5);
    for (let i = 0; i < 60; i++) {
      const from = random(plaintext.length);
      const to = from + random(2 * CHUNK_BYTES);
      expect(equalBytes(await file.read(from, to), plaintext.slice(from, to))).toBe(true);
    }
    expect(await file.read(-5, 3)).toEqual(plaintext.slice(0, 3));
    expect((await file.read(plaintext.length, plaintext.length + 10)).length).toBe(0);
  });

  it("cut anywhere gives every whole chunk and says that it ended early", async () => {
    const plaintext = pattern(3 * CHUNK_BYTES + 500);
    const sealed = await seal(plaintext, await testIdentity());
    const start = payloadStart(sealed.length, plaintext.length);
    const random = randomly(9);
    const cuts = [
      start,
      start + 1,
      start + SEALED_CHUNK_BYTES,
      start + 3 * SEALED_CHUNK_BYTES,
      sealed.length - 1,
    ];
    for (let i = 0; i < 30; i++) cuts.push(start + random(sealed.length - start - 1));
    for (const cut of cuts) {
      const file = await open(sealed.slice(0, cut));
      const whole = Math.floor((cut - start) / SEALED_CHUNK_BYTES) * CHUNK_BYTES;
      expect(file.endedEarly).toBe(true);
      expect(equalBytes(await everything(file), plaintext.slice(0, whole))).toBe(true);
    }
  });

  it("with a changed byte in a whole chunk gives what stands before and then fails as altered", async () => {
    const plaintext = pattern(3 * CHUNK_BYTES);
    const sealed = await seal(plaintext, await testIdentity());
    const start = payloadStart(sealed.length, plaintext.length);
    sealed[start + SEALED_CHUNK_BYTES + 1000]! ^= 1;
    const file = await open(sealed);
    const chunks = file.chunks();
    expect((await chunks.next()).value?.bytes).toEqual(plaintext.slice(0, CHUNK_BYTES));
    await expect(chunks.next()).rejects.toThrow(AlteredError);
    expect((await file.read(2 * CHUNK_BYTES, 3 * CHUNK_BYTES)).length).toBe(CHUNK_BYTES);
  });

  it("whose last whole chunk was changed is altered and not cut", async () => {
    const sealed = await seal(pattern(2 * CHUNK_BYTES), await testIdentity());
    sealed[sealed.length - 1]! ^= 1;
    await expect(open(sealed)).rejects.toThrow(AlteredError);
  });

  it("with chunks in another order is altered", async () => {
    const plaintext = pattern(3 * CHUNK_BYTES);
    const sealed = await seal(plaintext, await testIdentity());
    const start = payloadStart(sealed.length, plaintext.length);
    const [first, second] = [
      sealed.slice(start, start + SEALED_CHUNK_BYTES),
      sealed.slice(start + SEALED_CHUNK_BYTES),
    ];
    sealed.set(second.slice(0, SEALED_CHUNK_BYTES), start);
    sealed.set(first, start + SEALED_CHUNK_BYTES);
    await expect(everything(await open(sealed))).rejects.toThrow(AlteredError);
  });

  it("that grows gives what has come", async () => {
    const plaintext = pattern(4 * CHUNK_BYTES + 9);
    const sealed = await seal(plaintext, await testIdentity());
    const start = payloadStart(sealed.length, plaintext.length);
    let visible = start + SEALED_CHUNK_BYTES + 10;
    const file = await SealedFile.open(
      (from, to) => rangesOf(sealed.slice(0, visible))(from, to),
      await testIdentity(),
    );
    expect(await file.refresh()).toBe(false);
    expect(file.plaintextBytes).toBe(CHUNK_BYTES);
    visible = start + 3 * SEALED_CHUNK_BYTES;
    expect(await file.refresh()).toBe(true);
    expect(file.plaintextBytes).toBe(3 * CHUNK_BYTES);
    expect(file.endedEarly).toBe(true);
    visible = sealed.length;
    await file.refresh();
    expect(file.endedEarly).toBe(false);
    expect(equalBytes(await everything(file), plaintext)).toBe(true);
    visible = start;
    await expect(file.refresh()).rejects.toThrow(AlteredError);
  });

  it("for somebody else does not open", async () => {
    const sealed = await seal("theirs", await generateHybridIdentity());
    await expect(open(sealed)).rejects.toThrow(NoKeyError);
  });

  it("with a changed header is altered", async () => {
    const sealed = await seal("mine", await testIdentity());
    const mac = new TextDecoder("latin1").decode(sealed).indexOf("--- ") + 5;
    sealed[mac] = sealed[mac] === 65 ? 66 : 65;
    await expect(open(sealed)).rejects.toThrow(AlteredError);
  });

  it.each([0, 10, 100])("cut in its head after %i bytes is no sealed file", async (bytes) => {
    const sealed = await seal("mine", await testIdentity());
    await expect(open(sealed.slice(0, bytes))).rejects.toThrow(FormatError);
  });

  it("of endless header lines is refused without reading them all", async () => {
    const junk = new Uint8Array(1 << 20).fill(65);
    await expect(open(junk)).rejects.toThrow(FormatError);
  });
});
