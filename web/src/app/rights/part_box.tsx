/** One part of the picture on the clip: dragged as a whole, sized by its corner, both by keyboard too. */

import { useRef } from "preact/hooks";
import { movedTo, type Part, sizedTo } from "../../core/redact";
import { nudgeOf } from "../draw/handle";
import { words } from "../words";

interface PartBoxProps {
  part: Part;
  number: number;
  isPicked: boolean;
  /** Whether it holds at the moment that is shown. */
  isNow: boolean;
  onPart: (part: Part) => void;
  onPick: () => void;
}

const percent = (share: number) => `${share * 100}%`;

type Grip = { readonly x: number; readonly y: number; readonly part: Part };

/** A drag over the picture, in shares of it; the picture is the element that both buttons stand in. */
function useDrag(change: (grip: Grip, dx: number, dy: number) => void, start: () => Part) {
  const grip = useRef<Grip | null>(null);
  return {
    onPointerDown: (event: PointerEvent & { currentTarget: HTMLElement }) => {
      if (event.button !== 0) return;
      event.stopPropagation();
      event.currentTarget.setPointerCapture(event.pointerId);
      grip.current = { x: event.clientX, y: event.clientY, part: start() };
    },
    onPointerMove: (event: PointerEvent & { currentTarget: HTMLElement }) => {
      const area = event.currentTarget.closest("[data-picture]")?.getBoundingClientRect();
      const from = grip.current;
      if (!from || !area) return;
      change(from, (event.clientX - from.x) / area.width, (event.clientY - from.y) / area.height);
    },
    onPointerUp: () => {
      grip.current = null;
    },
    onPointerCancel: () => {
      grip.current = null;
    },
  };
}

function byKey(event: KeyboardEvent, change: (dx: number, dy: number) => void) {
  const step = nudgeOf(event.key, event.shiftKey);
  if (!step) return;
  event.preventDefault();
  change(step[0], step[1]);
}

export function PartBox({ part, number, isPicked, isNow, onPart, onPick }: PartBoxProps) {
  const { left, top, width, height } = part;
  const take = () => {
    onPick();
    return part;
  };
  const moving = useDrag(
    (grip, dx, dy) => onPart(movedTo(grip.part, grip.part.left + dx, grip.part.top + dy)),
    take,
  );
  const sizing = useDrag(
    (grip, dx, dy) =>
      onPart(
        sizedTo(grip.part, grip.part.left + grip.part.width + dx, grip.part.top + grip.part.height + dy),
      ),
    take,
  );
  return (
    <div
      class={`part${isPicked ? " is-picked" : ""}${isNow ? "" : " is-later"}`}
      style={{ left: percent(left), top: percent(top), width: percent(width), height: percent(height) }}
    >
      <button
        type="button"
        class="part-body"
        aria-label={words.copy.part(number)}
        aria-description={words.copy.partHelp}
        data-testid={`part-${number}`}
        onFocus={onPick}
        onKeyDown={(event) => byKey(event, (dx, dy) => onPart(movedTo(part, left + dx, top + dy)))}
        {...moving}
      >
        <span aria-hidden="true">{number}</span>
      </button>
      <button
        type="button"
        class="part-corner"
        aria-label={words.copy.corner(number)}
        aria-description={words.copy.cornerHelp}
        data-testid={`part-corner-${number}`}
        onKeyDown={(event) =>
          byKey(event, (dx, dy) => onPart(sizedTo(part, left + width + dx, top + height + dy)))
        }
        {...sizing}
      />
    </div>
  );
}
