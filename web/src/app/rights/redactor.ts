/** Draws a picture of a clip without what is taken out, and records the whole clip so; nothing leaves the browser. */

import { type Plan, rectsAt, tilesOf } from "../../core/redact";

const BITS_PER_PIXEL_S = 4;
const LEAST_BIT_S = 1_000_000;

/** In order of liking: what most players take, first. */
const KINDS = [
  { type: "video/mp4;codecs=avc1.42E01F", ending: "mp4" },
  { type: "video/mp4;codecs=avc1.640028", ending: "mp4" },
  { type: "video/webm;codecs=vp9", ending: "webm" },
  { type: "video/webm;codecs=vp8", ending: "webm" },
] as const;

export type Recording = (typeof KINDS)[number];

/** What this browser can record; null: nothing. */
export function recordingKind(): Recording | null {
  if (typeof MediaRecorder === "undefined" || !("captureStream" in HTMLCanvasElement.prototype)) return null;
  return KINDS.find((kind) => MediaRecorder.isTypeSupported(kind.type)) ?? null;
}

function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new Error("this browser draws nothing");
  return context;
}

/**
 * Puts picture and tiles together away from what is shown, and only then shows it: no picture that is seen or recorded
 * ever held what is taken out.
 */
export class Redactor {
  readonly #small = document.createElement("canvas");
  readonly #whole = document.createElement("canvas");
  readonly #target: HTMLCanvasElement;

  constructor(target: HTMLCanvasElement) {
    this.#target = target;
  }

  draw(video: HTMLVideoElement, plan: Plan, atS: number): void {
    const { videoWidth: width, videoHeight: height } = video;
    if (width === 0) return;
    const [across, down] = tilesOf(width, height);
    const small = sized(this.#small, across, down);
    small.imageSmoothingQuality = "high";
    small.drawImage(video, 0, 0, across, down);
    const whole = sized(this.#whole, width, height);
    whole.imageSmoothingEnabled = false;
    const tiles = () => whole.drawImage(this.#small, 0, 0, width, height);
    const picture = () => whole.drawImage(video, 0, 0, width, height);
    const [below, above] = plan.way === "hide" ? [picture, tiles] : [tiles, picture];
    below();
    whole.save();
    whole.beginPath();
    for (const rect of rectsAt(plan, atS, width, height, video.duration))
      whole.rect(rect.x, rect.y, rect.width, rect.height);
    whole.clip();
    above();
    whole.restore();
    sized(this.#target, width, height).drawImage(this.#whole, 0, 0);
  }
}

export interface Recorded {
  readonly video: Blob;
  /** Share of the clip's pictures that the browser was too busy to show, and so to copy. */
  readonly lost: number;
}

/** Share of pictures that were dropped since `before`. */
function lostSince(before: VideoPlaybackQuality, video: HTMLVideoElement): number {
  const now = video.getVideoPlaybackQuality();
  const all = now.totalVideoFrames - before.totalVideoFrames;
  return all > 0 ? (now.droppedVideoFrames - before.droppedVideoFrames) / all : 0;
}

/**
 * Plays the clip once from its start and records what `Redactor` makes of each picture. Resolves with the finished file.
 * Raises the signal's reason, or Error where the browser gives up.
 */
export async function recordCopy(
  video: HTMLVideoElement,
  plan: Plan,
  kind: Recording,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Recorded> {
  const canvas = document.createElement("canvas");
  const redactor = new Redactor(canvas);
  video.pause();
  await moveTo(video, 0, signal);
  redactor.draw(video, plan, 0); // the recorder's first picture is whatever stands here
  const stream = canvas.captureStream();
  const bits = Math.max(LEAST_BIT_S, video.videoWidth * video.videoHeight * BITS_PER_PIXEL_S);
  const recorder = new MediaRecorder(stream, { mimeType: kind.type, videoBitsPerSecond: bits });
  const parts: Blob[] = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const ended = new Promise<void>((resolve, reject) => {
    recorder.onstop = () => resolve();
    recorder.onerror = () => reject(new Error("the browser stopped recording"));
    video.onended = () => setTimeout(() => recorder.state !== "inactive" && recorder.stop(), 100);
    video.onerror = () => reject(new Error("the clip cannot be played"));
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  const stopDrawing = eachPicture(video, (atS) => {
    redactor.draw(video, plan, atS);
    onProgress(video.duration > 0 ? Math.min(1, atS / video.duration) : 0);
  });
  const before = video.getVideoPlaybackQuality();
  try {
    recorder.start();
    await Promise.race([video.play(), ended]);
    await ended;
  } finally {
    stopDrawing();
    video.pause();
    video.onended = null;
    video.onerror = null;
    if (recorder.state !== "inactive") recorder.stop();
    for (const track of stream.getTracks()) track.stop();
  }
  return { video: new Blob(parts, { type: kind.type.split(";")[0] ?? "" }), lost: lostSince(before, video) };
}

/** Calls back with each picture's own time where the browser tells it, else with each drawing of the page. */
export function eachPicture(video: HTMLVideoElement, see: (atS: number) => void): () => void {
  let isOver = false;
  if ("requestVideoFrameCallback" in video) {
    let next = 0;
    const look = (_: number, about: { mediaTime: number }) => {
      if (isOver) return;
      see(about.mediaTime);
      next = video.requestVideoFrameCallback(look);
    };
    next = video.requestVideoFrameCallback(look);
    return () => {
      isOver = true;
      video.cancelVideoFrameCallback(next);
    };
  }
  const element: HTMLVideoElement = video;
  let next = 0;
  const look = () => {
    if (isOver) return;
    see(element.currentTime);
    next = requestAnimationFrame(look);
  };
  next = requestAnimationFrame(look);
  return () => {
    isOver = true;
    cancelAnimationFrame(next);
  };
}

/**
 * Resolves when the picture of this moment stands in the element. Raises the signal's reason, or Error where the clip cannot
 * be played: some browsers never say that they got there.
 */
export function moveTo(video: HTMLVideoElement, atS: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const over = new AbortController();
    const once = (target: EventTarget, name: string, then: () => void) =>
      target.addEventListener(
        name,
        () => {
          over.abort();
          then();
        },
        { signal: over.signal },
      );
    once(video, "seeked", resolve);
    once(video, "error", () => reject(new Error("the clip cannot be played")));
    once(signal, "abort", () => reject(signal.reason));
    video.currentTime = atS;
  });
}
