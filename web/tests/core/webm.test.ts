import { describe, expect, it } from "vitest";
import { toHex } from "../../src/core/bytes";
import { type EncodedPicture, webmOf } from "../../src/core/webm";

const TRACK = { codec: "V_VP8", width: 640, height: 360, durationMs: 1500 };
const picture = (atMs: number, isKey: boolean): EncodedPicture => ({
  bytes: new Uint8Array([7, 8]),
  atMs,
  isKey,
});

/** Ids of the elements in a body, with where their own bodies lie; sizes are always eight bytes here. */
function elements(file: Uint8Array, from = 0, to = file.length): { id: string; from: number; to: number }[] {
  const found = [];
  for (let at = from; at < to; ) {
    const first = file[at] ?? 0;
    const length = Math.clz32(first) - 23;
    const view = new DataView(file.buffer, file.byteOffset + at + length, 8);
    const start = at + length + 8;
    const size = Number(view.getBigUint64(0) & 0x00ff_ffff_ffff_ffffn);
    found.push({ id: toHex(file.subarray(at, at + length)), from: start, to: start + size });
    at = start + size;
  }
  return found;
}

describe("a WebM file", () => {
  const file = webmOf(TRACK, [
    picture(0, true),
    picture(100, false),
    picture(200, true),
    picture(31_000, false),
  ]);

  it("has a header, and a segment to its very end", () => {
    const outer = elements(file);
    expect(outer.map((each) => each.id)).toEqual(["1a45dfa3", "18538067"]);
    expect(outer[1]?.to).toBe(file.length);
  });

  it("begins a cluster at each key picture, and before a block's time would not fit", () => {
    const segment = elements(file)[1];
    const inner = elements(file, segment?.from, segment?.to);
    expect(inner.map((each) => each.id)).toEqual([
      "1549a966",
      "1654ae6b",
      "1f43b675",
      "1f43b675",
      "1f43b675",
    ]);
    const blocks = inner
      .slice(2)
      .map((cluster) => elements(file, cluster.from, cluster.to).filter((each) => each.id === "a3"))
      .map((found) => found.map((each) => toHex(file.subarray(each.from, each.to))));
    expect(blocks).toEqual([["810000800708", "810064000708"], ["810000800708"], ["810000000708"]]);
  });
});
