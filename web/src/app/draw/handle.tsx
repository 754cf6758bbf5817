/** A corner of a shape: a real button that is dragged, nudged by arrow keys, or pressed. */

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { Point } from "../../core/mask";
import { words } from "../words";

const NUDGE = 0.005;
const BIG_NUDGE = 0.03;
const DRAG_STARTS_PX = 4;

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The step of an arrow key as shares of the picture, or null for another key. */
export function nudgeOf(key: string, isBig: boolean): Point | null {
  const direction = ARROWS[key];
  const step = isBig ? BIG_NUDGE : NUDGE;
  return direction ? [direction[0] * step, direction[1] * step] : null;
}

interface HandleProps {
  at: Point;
  label: string;
  look: "point" | "first" | "edge" | "person";
  isPicked: boolean;
  testid: string;
  toShare: (event: PointerEvent) => Point;
  /** Width and height in shares of the picture, for what is larger than a dot. */
  size?: readonly [number, number];
  /** Instead of how a corner is handled by keyboard. */
  help?: string;
  children?: ComponentChildren;
  /** While true, fingers hold the whole picture and not this. */
  isHeld?: () => boolean;
  /** A finger or arrow moved it; `isContinued` after the first step of the same drag, `isDrag` for a finger. */
  onMove: (to: Point, isContinued: boolean, isDrag: boolean) => void;
  /** Where a finger drags it, null when it lifts. */
  onDrag?: (at: Point | null) => void;
  onPress: () => void;
  onEnter?: () => void;
  onDelete?: () => void;
  /** True for a key that it took. */
  onKey?: (key: string) => boolean;
  /** The keyboard came here. */
  onReach?: () => void;
}

export function Handle(props: HandleProps) {
  const { at, label, look, isPicked, testid, toShare } = props;
  const drag = useRef<{ x: number; y: number; hasMoved: boolean } | null>(null);

  const down = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, y: event.clientY, hasMoved: false };
  };
  const move = (event: PointerEvent) => {
    const now = drag.current;
    if (!now || props.isHeld?.()) return;
    const far = Math.hypot(event.clientX - now.x, event.clientY - now.y) >= DRAG_STARTS_PX;
    if (!now.hasMoved && !far) return;
    const to = toShare(event);
    props.onMove(to, now.hasMoved, true);
    props.onDrag?.(to);
    now.hasMoved = true;
  };
  const up = () => {
    if (drag.current?.hasMoved) props.onDrag?.(null);
  };
  const press = (event: MouseEvent) => {
    event.stopPropagation();
    const wasDragged = drag.current?.hasMoved ?? false;
    drag.current = null;
    if (!wasDragged) props.onPress();
  };
  const takes = (event: KeyboardEvent): boolean => {
    const step = nudgeOf(event.key, event.shiftKey);
    if (step) props.onMove([at[0] + step[0], at[1] + step[1]], event.repeat, false);
    else if (event.key === "Enter" && props.onEnter) props.onEnter();
    else if ((event.key === "Delete" || event.key === "Backspace") && props.onDelete) props.onDelete();
    else return props.onKey?.(event.key) ?? false;
    return true;
  };
  const key = (event: KeyboardEvent) => {
    if (!takes(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <button
      type="button"
      class={`handle handle-${look}${isPicked ? " is-picked" : ""}`}
      style={styleOf(at, props.size)}
      aria-label={label}
      aria-description={look === "edge" ? undefined : (props.help ?? words.draw.pointHelp)}
      data-testid={testid}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onClick={press}
      onKeyDown={key}
      onFocus={(event) => event.currentTarget.matches(":focus-visible") && props.onReach?.()}
    >
      {props.children}
    </button>
  );
}

function styleOf([x, y]: Point, size: readonly [number, number] | undefined) {
  if (!size) return { left: `${x * 100}%`, top: `${y * 100}%` };
  const [width, height] = size;
  return {
    left: `${(x - width / 2) * 100}%`,
    top: `${(y - height / 2) * 100}%`,
    width: `${width * 100}%`,
    height: `${height * 100}%`,
  };
}
