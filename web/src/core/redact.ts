/** Which parts of a picture are taken out of a copy for somebody else, and when; pure. */

/** Shares of the picture's width and height. */
export interface Part {
  readonly id: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Seconds of the clip, both included. */
  readonly fromS: number;
  readonly toS: number;
}

/** `hide`: the parts are taken out. `keep`: everything but the parts is. */
export type Way = "hide" | "keep";

export interface Plan {
  readonly way: Way;
  readonly parts: readonly Part[];
}

/** What is taken out becomes tiles, so many across the picture: too coarse for a face or a number plate at a door. */
export const TILES_ACROSS = 16;
/**
 * A part to hide begins so much earlier and ends so much later, and one to keep the other way round, as a picture's time is
 * known to a few hundredths only.
 */
export const MARGIN_S = 0.2;
export const LEAST_SHARE = 0.04;
export const MOST_PARTS = 12;

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Whether it holds at this moment. What is kept from the clip's start or to its end is kept from and to there. */
function isThere(part: Part, way: Way, atS: number, durationS: number): boolean {
  if (way === "hide") return atS >= part.fromS - MARGIN_S && atS <= part.toS + MARGIN_S;
  const isBegun = part.fromS <= 0 || atS >= part.fromS + MARGIN_S;
  return isBegun && (part.toS >= durationS || atS <= part.toS - MARGIN_S);
}

/**
 * The parts of this moment in pixels of a picture: what is hidden is rounded outwards, what is kept inwards. `durationS` is
 * the clip's; while it is not known (NaN) nothing counts as lasting to the end.
 */
export function rectsAt(plan: Plan, atS: number, width: number, height: number, durationS: number): Rect[] {
  const isHiding = plan.way === "hide";
  const first = isHiding ? Math.floor : Math.ceil;
  const last = isHiding ? Math.ceil : Math.floor;
  return plan.parts
    .filter((part) => isThere(part, plan.way, atS, durationS))
    .map((part) => {
      const x = first(part.left * width);
      const y = first(part.top * height);
      const right = last((part.left + part.width) * width);
      const bottom = last((part.top + part.height) * height);
      return { x, y, width: right - x, height: bottom - y };
    });
}

/** How many tiles a picture of this size has, across and down. */
export function tilesOf(width: number, height: number): readonly [number, number] {
  return [TILES_ACROSS, Math.max(1, Math.round((TILES_ACROSS * height) / width))];
}

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

/** Moved so that it stays in the picture. */
export function movedTo(part: Part, left: number, top: number): Part {
  return { ...part, left: clamp(left, 0, 1 - part.width), top: clamp(top, 0, 1 - part.height) };
}

/** With its lower right corner there, as far as that is possible. */
export function sizedTo(part: Part, right: number, bottom: number): Part {
  return {
    ...part,
    width: clamp(right - part.left, LEAST_SHARE, 1 - part.left),
    height: clamp(bottom - part.top, LEAST_SHARE, 1 - part.top),
  };
}

/** `edge` at this moment; the other end goes along where it would come before it. */
export function spanning(part: Part, edge: "from" | "to", atS: number): Part {
  return edge === "from"
    ? { ...part, fromS: atS, toS: Math.max(part.toS, atS) }
    : { ...part, toS: atS, fromS: Math.min(part.fromS, atS) };
}

/** A new part in the middle, for the whole clip. */
export function newPart(parts: readonly Part[], durationS: number): Part {
  const id = 1 + Math.max(0, ...parts.map((part) => part.id));
  return { id, left: 0.35, top: 0.25, width: 0.3, height: 0.5, fromS: 0, toS: durationS };
}

export interface CopyFacts {
  readonly clip: string;
  readonly started: string;
  readonly made: string;
  readonly durationS: number;
  readonly fileName: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

const seconds = (value: number) => value.toFixed(1);
const percent = (value: number) => `${Math.round(value * 100)} %`;

/** What goes with the copy, for whoever gets it: what it is, what was done to it, and what it is not. */
export function accountOf(plan: Plan, facts: CopyFacts): string {
  const done =
    plan.way === "hide"
      ? "The parts below were taken out; the rest is as it was recorded."
      : "Everything but the parts below was taken out.";
  const parts = plan.parts.map(
    (part, index) =>
      `  ${index + 1}. from ${seconds(part.fromS)} s to ${seconds(part.toS)} s: left ${percent(part.left)}, top ${percent(part.top)}, width ${percent(part.width)}, height ${percent(part.height)} of the picture`,
  );
  return [
    "A copy of a doorbell camera's clip, with others made unrecognisable.",
    "",
    `File: ${facts.fileName}`,
    `SHA-256: ${facts.sha256}`,
    `Size: ${facts.sizeBytes} bytes`,
    `Recorded: ${facts.started}`,
    `Length: ${seconds(facts.durationS)} s, without sound`,
    `Clip: ${facts.clip}`,
    `Copy made: ${facts.made}`,
    "",
    done,
    ...parts,
    "",
    `What was taken out is replaced by tiles, ${TILES_ACROSS} across the picture. The copy was encoded anew from those tiles in the`,
    "owner's browser: of what was under a tile the file holds one colour. It is not the original: pictures may be fewer and softer.",
    "What lies outside of the owner's drawing was covered by the camera itself before it recorded.",
    "",
  ].join("\n");
}
