/** A mask as flat colours, for the stencils of other pictures. */

import type { Mask, Polygon } from "../../core/mask";

/** Units of the drawings' own space; the height follows from the picture's shape. */
export const WIDTH = 1000;

export const pointsText = (shape: Polygon, height: number) =>
  shape.map(([x, y]) => `${x * WIDTH},${y * height}`).join(" ");

/** Everything that the drawing shows is painted in `shown`, the rest in `hidden`. */
export function Painted({
  mask,
  height,
  shown,
  hidden,
}: {
  mask: Mask;
  height: number;
  shown: string;
  hidden: string;
}) {
  return (
    <>
      <rect width={WIDTH} height={height} fill={hidden} />
      {mask.allow.map((shape, index) => (
        <polygon key={index} points={pointsText(shape, height)} fill={shown} fill-rule="evenodd" />
      ))}
      {mask.hide.map((shape, index) => (
        <polygon key={index} points={pointsText(shape, height)} fill={hidden} fill-rule="nonzero" />
      ))}
    </>
  );
}
