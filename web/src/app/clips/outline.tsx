/** Outlines round what counted, over the clip that plays. */

import { useEffect, useState } from "preact/hooks";
import { type Moving, momentAt, placesOf } from "../../core/moving";

interface OutlineProps {
  video: { readonly current: HTMLVideoElement | null };
  moving: readonly Moving[];
}

/** Changes four times a second at most, though it is looked at with each picture. */
function useMoment({ video, moving }: OutlineProps): number | null {
  const [moment, setMoment] = useState<number | null>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    let next = 0;
    const follow = () => {
      setMoment(momentAt(moving, element.currentTime * 1000));
      next = requestAnimationFrame(follow);
    };
    follow();
    return () => cancelAnimationFrame(next);
  }, [video, moving]);
  return moment;
}

const percent = (share: number) => `${share * 100}%`;

/** Hidden from screen readers: they are told by the marks on the line. */
export function Outline(props: OutlineProps) {
  const places = placesOf(props.moving, useMoment(props));
  const element = props.video.current;
  const aspect = element?.videoWidth ? element.videoWidth / element.videoHeight : 16 / 9;
  return (
    <div
      class="outline"
      aria-hidden="true"
      style={{ "--aspect": String(aspect) }}
      data-testid="clip-outlines"
    >
      {places.map(({ left, top, width, height }, index) => (
        <div
          key={index}
          class="outline-box"
          style={{ left: percent(left), top: percent(top), width: percent(width), height: percent(height) }}
        />
      ))}
    </div>
  );
}
