/** A corner of a shape: a real button that is dragged, nudged by arrow keys, or pressed. */

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
  look: "point" | "first" | "edge";
  isPicked: boolean;
  testid: string;
  toShare: (event: PointerEvent) => Point;
  /** A finger or arrow moved it; `isContinued` after the first step of the same drag. */
  onMove: (to: Point, isContinued: boolean) => void;
  /** Where a finger drags it, null when it lifts. */
  onDrag?: (at: Point | null) => void;
  onPress: () => void;
  onEnter?: () => void;
  onDelete?: () => void;
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
    if (!now) return;
    const far = Math.hypot(event.clientX - now.x, event.clientY - now.y) >= DRAG_STARTS_PX;
    if (!now.hasMoved && !far) return;
    const to = toShare(event);
    props.onMove(to, now.hasMoved);
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
  const key = (event: KeyboardEvent) => {
    const step = nudgeOf(event.key, event.shiftKey);
    if (step) props.onMove([at[0] + step[0], at[1] + step[1]], event.repeat);
    else if (event.key === "Enter" && props.onEnter) props.onEnter();
    else if ((event.key === "Delete" || event.key === "Backspace") && props.onDelete) props.onDelete();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <button
      type="button"
      class={`handle handle-${look}${isPicked ? " is-picked" : ""}`}
      style={{ left: `${at[0] * 100}%`, top: `${at[1] * 100}%` }}
      aria-label={label}
      aria-description={look === "edge" ? undefined : words.draw.pointHelp}
      data-testid={testid}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onClick={press}
      onKeyDown={key}
    />
  );
}
