/** Gestures on the picture: two fingers zoom and pan, one finger or the mouse pans while zoomed, the wheel zooms. */

import { useRef, useState } from "preact/hooks";
import type { Point } from "../../core/mask";
import {
  type Pinch,
  panned,
  pinched,
  pinchOf,
  showing,
  type Viewport,
  WHOLE,
  zoomed,
} from "../../core/viewport";

/** A finger that moves less taps. */
const TAP_PX = 8;
const WHEEL_ZOOM = 0.0022;

interface Gesture {
  /** Shares of the frame, by pointer. */
  readonly fingers: Map<number, Point>;
  pinch: Pinch | null;
  /** What the first finger does; `pinch` from the second finger on, until all are lifted. */
  mode: "tap" | "handle" | "pan" | "pinch";
  /** Where the first finger came down, in pixels. */
  origin: Point;
}

const fresh = (): Gesture => ({ fingers: new Map(), pinch: null, mode: "tap", origin: [0, 0] });
const isHandle = (target: EventTarget | null) =>
  target instanceof Element && target.closest(".handle") !== null;

export function useViewport(aspect: number) {
  const frame = useRef<HTMLDivElement>(null);
  const gesture = useRef(fresh());
  const [view, setView] = useState<Viewport>(WHOLE);

  const inFrame = (event: MouseEvent): Point => {
    const area = frame.current?.getBoundingClientRect();
    return area
      ? [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height]
      : [0, 0];
  };
  const pinchNow = () => {
    const [a, b] = [...gesture.current.fingers.values()];
    return a && b ? pinchOf(a, b, aspect) : null;
  };
  const down = (event: PointerEvent) => {
    const now = gesture.current;
    if (now.fingers.size === 0) {
      now.mode = isHandle(event.target) ? "handle" : "tap";
      now.origin = [event.clientX, event.clientY];
    }
    now.fingers.set(event.pointerId, inFrame(event));
    now.pinch = pinchNow();
    if (now.pinch) now.mode = "pinch";
  };
  const move = (event: PointerEvent) => {
    const now = gesture.current;
    const before = now.fingers.get(event.pointerId);
    if (!before) return;
    if (event.pointerType === "mouse" && event.buttons === 0) return up(event);
    const to = inFrame(event);
    now.fingers.set(event.pointerId, to);
    const [from, pinch] = [now.pinch, pinchNow()];
    now.pinch = pinch;
    if (from && pinch) return setView((old) => pinched(old, from, pinch));
    const far = Math.hypot(event.clientX - now.origin[0], event.clientY - now.origin[1]);
    if (now.mode === "tap" && far > TAP_PX) now.mode = "pan";
    if (now.mode === "pan" || now.mode === "pinch")
      setView((old) => panned(old, [to[0] - before[0], to[1] - before[1]]));
  };
  const up = (event: PointerEvent) => {
    gesture.current.fingers.delete(event.pointerId);
    gesture.current.pinch = pinchNow();
  };
  /** The click that the browser sends after a gesture is none; one of the keyboard (without detail) always is. */
  const click = (event: MouseEvent) => {
    const { mode } = gesture.current;
    if (event.detail === 0 || mode === "tap" || mode === "handle") return;
    gesture.current.mode = "tap";
    event.stopPropagation();
    event.preventDefault();
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    setView((old) => zoomed(old, Math.exp(-event.deltaY * WHEEL_ZOOM), inFrame(event)));
  };
  return {
    frame,
    view,
    /** True while two fingers hold the picture: a handle under one of them stays where it is. */
    isHeld: () => gesture.current.mode === "pinch",
    zoom: (factor: number) => setView((old) => zoomed(old, factor)),
    whole: () => setView(WHOLE),
    show: (at: Point) => setView((old) => showing(old, at)),
    handlers: {
      onPointerDownCapture: down,
      onPointerMoveCapture: move,
      onPointerUpCapture: up,
      onPointerCancelCapture: up,
      onClickCapture: click,
      onWheel: wheel,
    },
  };
}

/** Where the whole picture lies in a frame that shows a part of it. */
export const placeOf = ({ scale, left, top }: Viewport) => ({
  width: `${scale * 100}%`,
  height: `${scale * 100}%`,
  left: `${-left * scale * 100}%`,
  top: `${-top * scale * 100}%`,
});
