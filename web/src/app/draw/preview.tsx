/** What passers-by will look like: the live masked picture, with what this drawing hides further made black. */

import type { Mask } from "../../core/mask";
import { useLive } from "../live/use_live";
import { words } from "../words";
import { Painted, WIDTH } from "./painted";

interface PreviewProps {
  /** What the camera masks by now: the live picture is black outside it. */
  inForce: Mask;
  drawn: Mask;
  address: string;
  aspect: number;
}

export function Preview({ inForce, drawn, address, aspect }: PreviewProps) {
  const { video, hasPicture } = useLive(true);
  const height = WIDTH / aspect;
  const whole = { maskUnits: "userSpaceOnUse", x: 0, y: 0, width: WIDTH, height } as const;
  return (
    <figure class="preview" data-testid="draw-preview">
      <div class="preview-picture" style={{ aspectRatio: String(aspect) }}>
        <video ref={video} muted playsInline autoPlay aria-label={words.draw.preview} />
        <svg viewBox={`0 0 ${WIDTH} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          <defs>
            <mask id="preview-black" {...whole}>
              <Painted mask={drawn} height={height} shown="#000" hidden="#fff" />
            </mask>
            <mask id="preview-unknown" {...whole}>
              <Painted mask={inForce} height={height} shown="#000" hidden="#fff" />
            </mask>
          </defs>
          <g mask="url(#preview-unknown)" class="preview-unknown">
            <image href={address} width={WIDTH} height={height} preserveAspectRatio="none" />
          </g>
          <rect width={WIDTH} height={height} fill="#000" mask="url(#preview-black)" />
        </svg>
        {!hasPicture && <p class="stage-pill preview-waiting">{words.live.connecting}</p>}
      </div>
      <figcaption class="soft small">{words.draw.previewText}</figcaption>
    </figure>
  );
}
