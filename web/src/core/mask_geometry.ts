/** Polygons in shares of the picture: distances, insides, areas; the camera's own rules of what is covered. */

/** x and y are shares (0..1) of the sensor picture, origin top left. */
export type Point = readonly [x: number, y: number];
export type Polygon = readonly Point[];

/** `even-odd` for what is shown, `non-zero` for what is hidden: where a polygon crosses itself, less is shown. */
export type FillRule = "even-odd" | "non-zero";

export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The edges as pairs of points, the closing one included. */
export function edgesOf(polygon: Polygon): readonly (readonly [Point, Point])[] {
  return polygon.map((point, i) => [point, polygon[(i + 1) % polygon.length] as Point] as const);
}

/** The parts of the row at height `y` that lie inside, from left to right. */
export function insideOnRow(polygon: Polygon, y: number, rule: FillRule): Interval[] {
  const crossings: { x: number; turn: number }[] = [];
  for (const [[x0, y0], [x1, y1]] of edgesOf(polygon)) {
    if (y0 <= y === y1 <= y) continue;
    crossings.push({ x: x0 + ((y - y0) / (y1 - y0)) * (x1 - x0), turn: y1 > y0 ? 1 : -1 });
  }
  crossings.sort((a, b) => a.x - b.x);
  const inside: Interval[] = [];
  let winding = 0;
  for (const [i, { x, turn }] of crossings.entries()) {
    winding += turn;
    const next = crossings[i + 1];
    const isInside = rule === "even-odd" ? i % 2 === 0 : winding !== 0;
    if (next && isInside && next.x > x) inside.push({ from: x, to: next.x });
  }
  return inside;
}

export function isInside(polygon: Polygon, [x, y]: Point, rule: FillRule): boolean {
  return insideOnRow(polygon, y, rule).some((part) => part.from <= x && x < part.to);
}

/** Length covered by at least one of the intervals. */
export function joinIntervals(intervals: readonly Interval[]): Interval[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of [...intervals].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}

/** What is in `from` and in none of `holes`, as a length; both joined. */
export function lengthWithout(whole: readonly Interval[], holes: readonly Interval[]): number {
  let length = 0;
  for (const part of whole) {
    length += part.to - part.from;
    for (const hole of holes)
      length -= Math.max(0, Math.min(part.to, hole.to) - Math.max(part.from, hole.from));
  }
  return length;
}

/** In shares of the picture's width; `aspect` is width / height. */
export function distance([x0, y0]: Point, [x1, y1]: Point, aspect: number): number {
  return Math.hypot(x1 - x0, (y1 - y0) / aspect);
}

/** To the nearest point of the edge. */
export function distanceToEdge(at: Point, start: Point, end: Point, aspect: number): number {
  const [dx, dy] = [end[0] - start[0], (end[1] - start[1]) / aspect];
  const [px, py] = [at[0] - start[0], (at[1] - start[1]) / aspect];
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / squared));
  return Math.hypot(px - along * dx, py - along * dy);
}

/** Shoelace; of a polygon that crosses itself, less than what it covers. */
export function signedArea(polygon: Polygon): number {
  return edgesOf(polygon).reduce((sum, [[x0, y0], [x1, y1]]) => sum + (x0 * y1 - x1 * y0) / 2, 0);
}
