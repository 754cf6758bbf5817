/** What a drawing brings into view that was hidden, marked over the picture with nobody in it. */

import type { Mask } from "../../core/mask";
import { words } from "../words";
import { Painted, WIDTH } from "./painted";

interface NewlySeenProps {
  before: Mask;
  after: Mask;
  address: string;
  /** Width divided by height of the picture. */
  aspect: number;
}

export function NewlySeen({ before, after, address, aspect }: NewlySeenProps) {
  const height = WIDTH / aspect;
  const whole = { maskUnits: "userSpaceOnUse", x: 0, y: 0, width: WIDTH, height } as const;
  return (
    <figure class="newly-seen" data-testid="newly-seen">
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={words.draw.openPicture}>
        <defs>
          <mask id="seen-after" {...whole}>
            <Painted mask={after} height={height} shown="#fff" hidden="#000" />
          </mask>
          <mask id="hidden-before" {...whole}>
            <Painted mask={before} height={height} shown="#000" hidden="#fff" />
          </mask>
        </defs>
        <image href={address} width={WIDTH} height={height} preserveAspectRatio="none" />
        <rect class="newly-seen-dim" width={WIDTH} height={height} />
        <g mask="url(#hidden-before)">
          <g mask="url(#seen-after)">
            <image href={address} width={WIDTH} height={height} preserveAspectRatio="none" />
            <rect class="newly-seen-mark" width={WIDTH} height={height} />
          </g>
        </g>
      </svg>
      <figcaption class="soft small">{words.draw.openPicture}</figcaption>
    </figure>
  );
}
