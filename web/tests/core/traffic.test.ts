import { describe, expect, it } from "vitest";
import { Api } from "../../src/core/api";
import { toBase64Url } from "../../src/core/bytes";
import { createDeviceKey, deviceSigner } from "../../src/core/device_key";
import { AlteredError, FormatError } from "../../src/core/errors";
import { isInside, signedArea } from "../../src/core/mask_geometry";
import { fetchTraffic, readTraffic, suggestHides, type TrafficMap } from "../../src/core/traffic";
import { FakeServer, randomly, reply, seal, testIdentity } from "./fakes";

const [COLUMNS, ROWS] = [32, 18];

type Share = (x: number, y: number) => number;

function mapOf(share: Share, stays: Share = () => 0): TrafficMap {
  const cells = Array.from(
    { length: COLUMNS * ROWS },
    (_, i) => [i % COLUMNS, Math.floor(i / COLUMNS)] as const,
  );
  return {
    columns: COLUMNS,
    rows: ROWS,
    minutes: 60,
    share: cells.map(([x, y]) => share(x, y)),
    stays: cells.map(([x, y]) => stays(x, y)),
  };
}

function centre(x: number, y: number): readonly [number, number] {
  return [(x + 0.5) / COLUMNS, (y + 0.5) / ROWS];
}

describe("suggestions", () => {
  it("cover a pavement along the whole picture with four corners", () => {
    const polygons = suggestHides(mapOf((_, y) => (y >= 3 && y < 6 ? 0.1 : 0)));
    expect(polygons).toEqual([
      [
        [0, 3 / ROWS],
        [1, 3 / ROWS],
        [1, 6 / ROWS],
        [0, 6 / ROWS],
      ],
    ]);
  });

  it("are none where nothing moves, where it moves by chance, and where leaves always move", () => {
    expect(suggestHides(mapOf(() => 0))).toEqual([]);
    expect(suggestHides(mapOf((x, y) => (x === 4 && y === 4 ? 0.1 : 0.001)))).toEqual([]);
    expect(suggestHides(mapOf((x) => (x < 8 ? 0.9 : 0)))).toEqual([]);
  });

  it("leave out the door, where visits end, and a margin around it", () => {
    const isWay = (x: number, y: number) => (y >= 3 && y < 6) || (x >= 14 && x < 18 && y >= 6);
    const isDoor = (x: number, y: number) => x >= 14 && x < 18 && y >= 14;
    const map = mapOf(
      (x, y) => (isWay(x, y) ? 0.1 : 0),
      (x, y) => (isDoor(x, y) ? 0.08 : 0),
    );
    const polygons = suggestHides(map);
    expect(polygons.some((polygon) => isInside(polygon, centre(5, 4), "non-zero"))).toBe(true);
    for (let x = 12; x < 20; x++)
      for (let y = 13; y < ROWS; y++)
        expect(polygons.some((polygon) => isInside(polygon, centre(x, y), "non-zero"))).toBe(false);
  });

  it("come busiest first", () => {
    const polygons = suggestHides(mapOf((_, y) => (y < 2 ? 0.05 : y > 14 ? 0.3 : 0)));
    expect(polygons.map((polygon) => isInside(polygon, centre(9, 16), "non-zero"))).toEqual([true, false]);
  });

  it("are always polygons that a mask may hold, whatever was counted", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const roll = randomly(seed);
      const density = roll(100);
      const map = mapOf(
        () => (roll(100) < density ? roll(400) / 1000 : 0),
        () => (roll(100) < 3 ? 0.2 : 0),
      );
      const polygons = suggestHides(map);
      for (const polygon of polygons) {
        expect(polygon.length).toBeGreaterThanOrEqual(3);
        expect(polygon.length).toBeLessThanOrEqual(256);
        expect(polygon.flat().every((value) => value >= 0 && value <= 1)).toBe(true);
        expect(Math.abs(signedArea(polygon))).toBeGreaterThan(0);
      }
    }
  });

  it("have few points around a slanted way", () => {
    const polygons = suggestHides(mapOf((x, y) => (Math.abs(y - 4 - x / 4) <= 2 ? 0.1 : 0)));
    expect(polygons).toHaveLength(1);
    expect(polygons[0]?.length).toBeLessThan(12);
  });
});

describe("the map", () => {
  const json = JSON.stringify(mapOf((x) => (x < 3 ? 0.25 : 0)));

  async function answering(body: object): Promise<Api> {
    const server = new FakeServer({
      "POST /api/nonce": () => reply({ nonce: "n" }),
      "POST /api/commands": () => reply(body),
    });
    const api = new Api({ fetch: server.fetch });
    api.setSigner(deviceSigner(await createDeviceKey()));
    return api;
  }

  it("is opened with the owner's key only", async () => {
    const identity = await testIdentity();
    const api = await answering({ minutes: 60, age: toBase64Url(await seal(json, identity)) });
    expect(await fetchTraffic(api, identity)).toEqual(JSON.parse(json));
    const other = await answering({ minutes: 60, age: toBase64Url(new Uint8Array(300)) });
    await expect(fetchTraffic(other, identity)).rejects.toThrow(AlteredError);
  });

  it("is null while the camera has only begun to count", async () => {
    expect(await fetchTraffic(await answering({ minutes: 0, age: null }), await testIdentity())).toBeNull();
  });

  it.each([
    ["no JSON", "{"],
    ["too few cells", json.replace("[0.25,", "[")],
    ["a share above one", json.replace("0.25", "1.25")],
    ["text for a share", json.replace("0.25", '"a"')],
    ["no shares", json.replace("share", "shares")],
    ["far too many cells", json.replace('"columns":32', '"columns":3200000000')],
  ])("is refused with %s", (_, text) => {
    expect(() => readTraffic(text)).toThrow(FormatError);
  });
});
