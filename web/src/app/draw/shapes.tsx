/** The drawing itself: everything that stays black is dimmed, shapes have outlines, the one under way is dashed. */

import type { Layer, Mask, Polygon } from "../../core/mask";
import { Painted, pointsText, WIDTH } from "./painted";

interface ShapesProps {
  mask: Mask;
  layer: Layer;
  open: Polygon;
  pickedShape: number | null;
  /** A part that may be hidden, offered and not yet taken. */
  suggested?: Polygon | null;
  /** Width divided by height of the picture. */
  aspect: number;
}

export function Shapes({ mask, layer, open, pickedShape, suggested, aspect }: ShapesProps) {
  const height = WIDTH / aspect;
  const outline = (of: Layer) =>
    mask[of].map((shape, index) => (
      <polygon
        key={`${of}${index}`}
        points={pointsText(shape, height)}
        class={`outline outline-${of}${of === layer ? " is-edited" : ""}${of === layer && index === pickedShape ? " is-picked" : ""}`}
      />
    ));
  return (
    <svg class="shapes" viewBox={`0 0 ${WIDTH} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <defs>
        <mask id="unseen-part" maskUnits="userSpaceOnUse" x="0" y="0" width={WIDTH} height={height}>
          <Painted mask={mask} height={height} shown="#000" hidden="#fff" />
        </mask>
      </defs>
      <rect
        class={mask.allow.length === 0 || open.length > 0 ? "dim dim-light" : "dim"}
        width={WIDTH}
        height={height}
        mask="url(#unseen-part)"
      />
      {outline("allow")}
      {outline("hide")}
      {suggested && (
        <polygon
          points={pointsText(suggested, height)}
          class="outline outline-suggested"
          data-testid="suggested"
        />
      )}
      {open.length > 0 && (
        <polyline points={pointsText(open, height)} class={`outline outline-open outline-${layer}`} />
      )}
    </svg>
  );
}
