import type { Observable } from "./observable";
import type { SealedFile } from "./sealed_file";
export type PlayerState =
  | { readonly kind: "loading" }
  | { readonly kind: "playing" }
  | { readonly kind: "complete" }
  | { readonly kind: "ended_early" }
  | { readonly kind: "altered"; readonly atMs: number | null }
  | { readonly kind: "failed"; readonly message: string };
/** Plays a sealed clip in a video element and follows the element's own seeking. */
export declare class ClipPlayer {
  constructor(video: HTMLVideoElement, file: SealedFile);
  readonly state: Observable<PlayerState>;
  /** Whole length in ms once known. */
  readonly durationMs: Observable<number | null>;
  start(): Promise<void>;
  stop(): void;
}
