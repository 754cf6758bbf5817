/** A still of the clip with a mark that is dragged, or moved by arrow keys, to a place in it. */

import { useEffect, useRef } from "preact/hooks";
import type { MotionBox } from "../../core/messages";
import { nudgeOf } from "../draw/handle";
import { boxAround } from "../motion/calmer";
import { words } from "../words";

interface PlacePickerProps {
  box: MotionBox;
  video: { readonly current: HTMLVideoElement | null };
  onBox: (box: MotionBox) => void;
}

const percent = (share: number) => `${share * 100}%`;

export function PlacePicker({ box, video, onBox }: PlacePickerProps) {
  const still = useRef<HTMLCanvasElement>(null);
  const [left, top, width, height] = box;
  const [x, y] = [left + width / 2, top + height / 2];
  const element = video.current;
  const aspect = element?.videoWidth ? element.videoWidth / element.videoHeight : 16 / 9;
  useEffect(() => {
    const canvas = still.current;
    if (!canvas || !element?.videoWidth) return;
    canvas.width = element.videoWidth;
    canvas.height = element.videoHeight;
    canvas.getContext("2d")?.drawImage(element, 0, 0);
  }, [element]);
  const moveTo = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const area = event.currentTarget.getBoundingClientRect();
    onBox(
      boxAround((event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height, width),
    );
  };
  const key = (event: KeyboardEvent) => {
    const step = nudgeOf(event.key, !event.altKey);
    if (!step) return;
    event.preventDefault();
    onBox(boxAround(x + step[0], y + step[1], width));
  };
  return (
    <div
      class="place-picker"
      style={{ aspectRatio: String(aspect) }}
      data-testid="place-picker"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        moveTo(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) moveTo(event);
      }}
    >
      <canvas ref={still} />
      <span
        class="place-mark"
        style={{ left: percent(left), top: percent(top), width: percent(width), height: percent(height) }}
      />
      <button
        type="button"
        class="place"
        style={{ left: percent(x), top: percent(y), width: percent(width), height: percent(height) }}
        aria-label={words.clips.falseAlarmPlace(Math.round(x * 100), Math.round(y * 100))}
        aria-description={words.clips.falseAlarmHelp}
        data-testid="place"
        onKeyDown={key}
      />
    </div>
  );
}
