/** Asks the camera where people pass by, and turns the answer into parts that the owner may want to hide. */

import type { Api } from "./api";
import { fromBase64Url } from "./bytes";
import { AlteredError, FormatError } from "./errors";
import type { Point, Polygon } from "./mask_geometry";
import { decrypterOf } from "./ring";
import { Shape } from "./shape";

/** Cells row by row from the top left; shares (0..1) of the pictures that the camera looked at. */
export interface TrafficMap {
  readonly columns: number;
  readonly rows: number;
  readonly minutes: number;
  /** In which something moved. */
  readonly share: readonly number[];
  /** In which something had been moving for four seconds: a visitor, not a passer-by. */
  readonly stays: readonly number[];
}

/** Less than this of the time is chance; more than that is leaves or a flag. */
const LEAST_SHARE = 0.004;
const MOST_SHARE = 0.5;
const RELATIVE_SHARE = 0.15;
/** A cell where this much of the movement lasts belongs to visits, and so do its neighbours. */
const STAY_SHARE = 0.3;
const DOOR_CELLS = 2;
const LEAST_CELLS = 6;
const MOST_CELLS_SIDE = 256;
const SLACK_CELLS = 0.8;

/**
 * The map, or null where the camera begins to count only now: ask again after some minutes. The camera logs it.
 *
 * Raises AlteredError when what came does not open or is no map, ApiError, NoAnswerError.
 */
export async function fetchTraffic(api: Api, identity: string): Promise<TrafficMap | null> {
  const { age } = await api.command("traffic.get", {});
  if (age === null) return null;
  const decrypter = decrypterOf(identity);
  try {
    return readTraffic(await decrypter.decrypt(fromBase64Url(age), "text"));
  } catch (cause) {
    throw new AlteredError("the map of passers-by does not open with this browser's key", { cause });
  }
}

/** Raises FormatError when it is no map. */
export function readTraffic(json: string): TrafficMap {
  const shape = Shape.parse(json, "the map of passers-by");
  const [columns, rows] = [shape.count("columns"), shape.count("rows")];
  const map = {
    columns,
    rows,
    minutes: shape.count("minutes"),
    share: sharesIn(json, "share"),
    stays: sharesIn(json, "stays"),
  };
  const fits = columns > 0 && rows > 0 && columns <= MOST_CELLS_SIDE && rows <= MOST_CELLS_SIDE;
  if (!fits || map.share.length !== columns * rows || map.stays.length !== columns * rows)
    throw new FormatError("the map of passers-by has another number of cells than it says");
  return map;
}

function sharesIn(json: string, name: string): number[] {
  const values: unknown = (JSON.parse(json) as Record<string, unknown>)[name];
  const isShare = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= 1;
  if (!Array.isArray(values) || !values.every(isShare))
    throw new FormatError(`the map of passers-by has no shares under ${name}`);
  return values;
}

/**
 * Polygons around the places through which people pass, busiest first, few points each; never over a place where
 * visits end, nor next to one. Empty where nothing stands out. Only suggestions: the owner decides.
 */
export function suggestHides(map: TrafficMap): Polygon[] {
  const busiest = Math.max(0, ...map.share.filter((share) => share <= MOST_SHARE));
  const least = Math.max(LEAST_SHARE, RELATIVE_SHARE * busiest);
  const door = doorCells(map);
  const isThrough = map.share.map((share, i) => share >= least && share <= MOST_SHARE && !door[i]);
  return groupsOf(isThrough, map.columns, map.rows)
    .filter((group) => group.length >= LEAST_CELLS)
    .map((group) => ({ group, weight: group.reduce((sum, i) => sum + (map.share[i] ?? 0), 0) }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ group }) => outlineOf(new Set(group), map.columns, map.rows));
}

function doorCells(map: TrafficMap): boolean[] {
  const door = new Array<boolean>(map.share.length).fill(false);
  for (const [i, stays] of map.stays.entries()) {
    const share = map.share[i] ?? 0;
    if (share > MOST_SHARE || stays < LEAST_SHARE || stays < STAY_SHARE * share) continue;
    const [column, row] = [i % map.columns, Math.floor(i / map.columns)];
    for (let y = Math.max(0, row - DOOR_CELLS); y <= Math.min(map.rows - 1, row + DOOR_CELLS); y++)
      for (let x = Math.max(0, column - DOOR_CELLS); x <= Math.min(map.columns - 1, column + DOOR_CELLS); x++)
        door[y * map.columns + x] = true;
  }
  return door;
}

/** Cells that touch along a side. */
function groupsOf(isIn: readonly boolean[], columns: number, rows: number): number[][] {
  const isFree = [...isIn];
  const groups: number[][] = [];
  for (const [start, isStart] of isIn.entries()) {
    if (!isStart || !isFree[start]) continue;
    const group = [start];
    isFree[start] = false;
    for (const cell of group) {
      const [x, y] = [cell % columns, Math.floor(cell / columns)];
      const sides = [
        x > 0 && cell - 1,
        x < columns - 1 && cell + 1,
        y > 0 && cell - columns,
        y < rows - 1 && cell + columns,
      ];
      for (const side of sides) {
        if (side === false || !isFree[side]) continue;
        isFree[side] = false;
        group.push(side);
      }
    }
    groups.push(group);
  }
  return groups;
}

/** The outer border, walked with the inside on the right, corners that hardly matter left out. */
function outlineOf(group: ReadonlySet<number>, columns: number, rows: number): Polygon {
  const isIn = (x: number, y: number) => x >= 0 && x < columns && group.has(y * columns + x);
  const start = Math.min(...group);
  const corners: [number, number][] = [];
  let [x, y] = [start % columns, Math.floor(start / columns)];
  let [dx, dy] = [1, 0];
  const [x0, y0] = [x, y];
  do {
    corners.push([x, y]);
    [x, y] = [x + dx, y + dy];
    const ahead = (side: number) => {
      const [sx, sy] = [-dy * side, dx * side];
      return isIn(x + (dx + sx - 1) / 2, y + (dy + sy - 1) / 2);
    };
    if (ahead(-1)) [dx, dy] = [dy, -dx];
    else if (!ahead(1)) [dx, dy] = [-dy, dx];
  } while (x !== x0 || y !== y0);
  return simplified(corners).map(([cx, cy]): Point => [cx / columns, cy / rows]);
}

/** Douglas and Peucker 1973, on a ring cut at its first corner and the one farthest from it. */
function simplified(ring: readonly [number, number][]): [number, number][] {
  const far = farthest(ring, ring[0] as [number, number], ring[0] as [number, number]);
  const closed = [...ring, ring[0] as [number, number]];
  return [...along(closed.slice(0, far.at + 1)).slice(0, -1), ...along(closed.slice(far.at)).slice(0, -1)];
}

function along(line: readonly [number, number][]): [number, number][] {
  const [first, last] = [line[0] as [number, number], line[line.length - 1] as [number, number]];
  const far = farthest(line, first, last);
  if (far.distance <= SLACK_CELLS) return [first, last];
  return [...along(line.slice(0, far.at + 1)).slice(0, -1), ...along(line.slice(far.at))];
}

function farthest(line: readonly [number, number][], [ax, ay]: [number, number], [bx, by]: [number, number]) {
  const length = Math.hypot(bx - ax, by - ay);
  let best = { at: 0, distance: -1 };
  for (const [at, [x, y]] of line.entries()) {
    const distance =
      length === 0
        ? Math.hypot(x - ax, y - ay)
        : Math.abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length;
    if (distance > best.distance) best = { at, distance };
  }
  return best;
}
