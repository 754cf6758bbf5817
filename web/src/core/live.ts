import type { Api } from "./api";
import type { Observable } from "./observable";
export type LiveState =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "reconnecting"; readonly attempt: number }
  | { readonly kind: "camera_away" }
  | {
      readonly kind: "ended";
      readonly why: "stopped" | "forbidden" | "unknown_device" | "failed";
      readonly message: string;
    };
export declare class LiveView {
  constructor(api: Api);
  readonly state: Observable<LiveState>;
  readonly stream: Observable<MediaStream | null>;
  /** ms from start() to the first picture shown; call `pictureShown` from requestVideoFrameCallback. */
  readonly firstPictureMs: Observable<number | null>;
  pictureShown(): void;
  start(): void;
  stop(): void;
}
