/** The drawing in force as a picture for paper: bright is seen, hatched is black. Over the plate where there is one. */

import { useId } from "preact/hooks";
import type { Mask, Polygon } from "../../core/mask";

const WIDTH = 1000;

interface DrawingProps {
  mask: Mask;
  /** Width by height of the camera's picture. */
  aspect: number;
  label: string;
  /** The people-free picture, as an address of this page's own. */
  plate?: string | null;
}

export function Drawing({ mask, aspect, label, plate = null }: DrawingProps) {
  const id = useId().replace(/[^\w-]/g, "");
  const height = WIDTH / aspect;
  const points = (polygon: Polygon) => polygon.map(([x, y]) => `${x * WIDTH},${y * height}`).join(" ");
  const whole = { width: WIDTH, height };
  return (
    <svg class="sign-drawing" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={label}>
      <defs>
        <pattern id={`${id}-black`} width="14" height="14" patternUnits="userSpaceOnUse">
          <rect width="14" height="14" class="sign-black" />
          <path d="M0 14L14 0" class="sign-hatch" />
        </pattern>
        <mask id={`${id}-seen`} maskUnits="userSpaceOnUse" x="0" y="0" {...whole}>
          {mask.allow.map((polygon) => (
            <polygon key={points(polygon)} points={points(polygon)} fill="white" fill-rule="evenodd" />
          ))}
          {mask.hide.map((polygon) => (
            <polygon key={points(polygon)} points={points(polygon)} fill="black" />
          ))}
        </mask>
      </defs>
      <rect {...whole} fill={plate ? undefined : `url(#${id}-black)`} class={plate ? "sign-black" : ""} />
      <g mask={`url(#${id}-seen)`}>
        <rect {...whole} class="sign-seen" />
        {plate && <image href={plate} {...whole} preserveAspectRatio="none" />}
      </g>
      {mask.allow.map((polygon) => (
        <polygon key={points(polygon)} points={points(polygon)} class="sign-outline" />
      ))}
    </svg>
  );
}
