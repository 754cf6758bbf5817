/** What the finger hides while it drags a point, enlarged, in the far corner. */

import type { Point } from "../../core/mask";

const ZOOM = 3;

export function Loupe({ at, address, aspect }: { at: Point; address: string; aspect: number }) {
  const side = at[0] < 0.5 && at[1] < 0.6 ? "right" : "left";
  return (
    <div class={`loupe loupe-${side}`} aria-hidden="true">
      <div
        class="loupe-picture"
        style={{
          backgroundImage: `url(${address})`,
          backgroundSize: `${ZOOM * 100 * aspect}% ${ZOOM * 100}%`,
          backgroundPosition: `${position(at[0], ZOOM * aspect)} ${position(at[1], ZOOM)}`,
        }}
      />
    </div>
  );
}

/** CSS position that brings share `at` of a background `scale` times the box into the box's middle. */
function position(at: number, scale: number): string {
  return `${((at * scale - 0.5) / (scale - 1)) * 100}%`;
}
