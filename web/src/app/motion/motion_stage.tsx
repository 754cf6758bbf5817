/** The live picture of the set-up page, with boxes round what moves, areas over it, and where it is calmer. */

import type { CalmerPlace, CameraState } from "../../core/messages";
import { type MotionSeen, placeOf } from "../../core/motion";
import { useParts } from "../context";
import { Cover, type CoverKind } from "../live/cover";
import type { LivePicture } from "../live/use_live";
import { useAction } from "../use_action";
import { words } from "../words";
import { AreaCanvas } from "./area_canvas";
import type { Areas, AreasAction } from "./areas";
import { Boxes } from "./boxes";

interface MotionStageProps {
  live: LivePicture;
  camera: CameraState;
  cover: CoverKind;
  seen: MotionSeen | null;
  areas: Areas;
  dispatch: (action: AreasAction) => void;
  calmer: readonly CalmerPlace[];
}

export function MotionStage({ live, camera, cover, seen, areas, dispatch, calmer }: MotionStageProps) {
  const { api } = useParts();
  const switching = useAction({ speak: true });
  const aspect = camera.width_px > 0 && camera.height_px > 0 ? camera.width_px / camera.height_px : 16 / 9;
  const switchOn = () =>
    switching.run(async () => {
      await api.command("settings.set", { watching: true });
    });
  return (
    <section
      class="stage motion-stage"
      style={{ aspectRatio: String(aspect), maxWidth: `calc(52dvh * ${aspect})` }}
      aria-label={words.motion.picture}
    >
      <video
        ref={live.video}
        class="stage-video"
        data-testid="motion-video"
        autoPlay
        muted
        playsInline
        disableRemotePlayback
        aria-label={words.motion.picture}
      />
      {cover === "none" && (
        <>
          {calmer.map((each) => {
            const { left, top, width, height } = placeOf(each.box);
            const share = (value: number) => `${value * 100}%`;
            const style = { left: share(left), top: share(top), width: share(width), height: share(height) };
            return <div key={each.clip} class="calmer" style={style} aria-hidden="true" />;
          })}
          <Boxes seen={seen} />
          <AreaCanvas areas={areas} dispatch={dispatch} aspect={aspect} />
        </>
      )}
      <Cover kind={cover} isOwner isSwitching={switching.isBusy} onAgain={live.again} onSwitchOn={switchOn} />
    </section>
  );
}
