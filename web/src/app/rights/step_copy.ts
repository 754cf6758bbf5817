/** Makes a copy of ten pictures a second, by seeking: slower or quicker than the clip, and none of these is left out. */

import type { Plan } from "../../core/redact";
import { sleep } from "../../core/timing";
import { type EncodedPicture, webmOf } from "../../core/webm";
import { moveTo, Redactor } from "./redactor";

const PER_S = 10;
const KEY_EVERY = 20;
const MOST_WAITING = 4;
const CODECS = [
  { codec: "vp8", name: "V_VP8" },
  { codec: "vp09.00.31.08", name: "V_VP9" },
] as const;

export interface StepCodec {
  readonly name: string;
  readonly config: VideoEncoderConfig;
}

/** What this browser encodes of this size; null: only in real time (redactor.ts). */
export async function stepCodec(width: number, height: number): Promise<StepCodec | null> {
  if (typeof VideoEncoder === "undefined") return null;
  for (const { codec, name } of CODECS) {
    const config = {
      codec,
      width,
      height,
      bitrate: Math.max(1_000_000, width * height * 3),
      framerate: PER_S,
    };
    if ((await VideoEncoder.isConfigSupported(config)).supported) return { name, config };
  }
  return null;
}

/** Raises the signal's reason, or what the encoder raises. */
export async function stepCopy(
  video: HTMLVideoElement,
  plan: Plan,
  { name, config }: StepCodec,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const canvas = document.createElement("canvas");
  const redactor = new Redactor(canvas);
  const pictures: EncodedPicture[] = [];
  let failure: unknown = null;
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      pictures.push({ bytes, atMs: Math.round(chunk.timestamp / 1000), isKey: chunk.type === "key" });
    },
    error: (error) => {
      failure = error;
    },
  });
  encoder.configure(config);
  video.pause();
  const { duration } = video;
  try {
    for (let index = 0; index / PER_S < duration; index++) {
      signal.throwIfAborted();
      if (failure) throw failure;
      const atS = index / PER_S;
      await moveTo(video, atS, signal);
      redactor.draw(video, plan, atS);
      const picture = new VideoFrame(canvas, { timestamp: atS * 1e6, duration: 1e6 / PER_S });
      encoder.encode(picture, { keyFrame: index % KEY_EVERY === 0 });
      picture.close();
      onProgress(atS / duration);
      while (encoder.encodeQueueSize > MOST_WAITING && !failure) await sleep(5, signal);
    }
    const stop = () => encoder.close(); // a flush that never ends ends so
    signal.addEventListener("abort", stop, { once: true });
    await encoder.flush().finally(() => signal.removeEventListener("abort", stop));
    if (failure) throw failure;
  } finally {
    if (encoder.state !== "closed") encoder.close();
  }
  const track = {
    codec: name,
    width: config.width,
    height: config.height,
    durationMs: Math.round(duration * 1000),
  };
  return new Blob([webmOf(track, pictures)], { type: "video/webm" });
}
