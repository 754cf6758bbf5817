/** The place where parcels land: drawn over the live picture; the camera tells when something is left or taken there. */

import { useEffect, useReducer, useState } from "preact/hooks";
import type { CameraState, ParcelTold } from "../../core/messages";
import { Button } from "../../ui/button";
import { FieldError } from "../../ui/field";
import { Notice } from "../../ui/parts";
import { toast } from "../../ui/toast";
import { useValue } from "../../ui/use_value";
import { useCamera, useParts } from "../context";
import { askToLeave } from "../draw/tools";
import { Cover, coverOf } from "../live/cover";
import { useLive } from "../live/use_live";
import { AreaCanvas } from "../motion/area_canvas";
import { areasToSave, changeAreas, isChanged, startAreas } from "../motion/areas";
import { setLeaveGuard } from "../router";
import { Screen } from "../screen";
import { sentenceOf } from "../sentences";
import { useAction } from "../use_action";
import { words } from "../words";

const asAreas = ({ area }: ParcelTold) => (area ? [{ kind: "enter" as const, points: area }] : []);

function usePlace(told: ParcelTold) {
  const [areas, dispatch] = useReducer(changeAreas, asAreas(told), startAreas);
  useEffect(() => {
    dispatch({ type: "loaded", areas: asAreas(told) });
    if (told.area) dispatch({ type: "pick", area: 0 });
  }, [told]);
  const isDirty = isChanged(areas);
  useEffect(() => {
    setLeaveGuard(isDirty ? askToLeave : null);
    return () => setLeaveGuard(null);
  }, [isDirty]);
  return { areas, dispatch, isDirty };
}

/** Mounted once both are known: the live picture looks for its video element only when it begins. */
function Controls({
  told,
  camera,
  onTold,
}: {
  told: ParcelTold;
  camera: CameraState;
  onTold: (told: ParcelTold) => void;
}) {
  const { api, home } = useParts();
  const { areas, dispatch, isDirty } = usePlace(told);
  const isConnected = useValue(home.isConnected);
  const live = useLive(Boolean(camera.is_watching && camera.mask && !camera.is_dark));
  const cover = coverOf(camera, isConnected, live.state, live.hasPicture);
  const saving = useAction();
  const aspect = camera.width_px > 0 && camera.height_px > 0 ? camera.width_px / camera.height_px : 16 / 9;
  const set = (area: ParcelTold["area"], said: string) =>
    saving.run(async () => {
      onTold(await api.command("parcel.set", { area }));
      toast(said, "parcel");
    });
  const hasPlace = areas.now.length > 0;
  return (
    <div class="stack">
      <section
        class="stage motion-stage"
        style={{ aspectRatio: String(aspect), maxWidth: `calc(52dvh * ${aspect})` }}
        aria-label={words.parcels.picture}
      >
        <video
          ref={live.video}
          class="stage-video"
          autoPlay
          muted
          playsInline
          disableRemotePlayback
          aria-label={words.parcels.picture}
        />
        {cover === "none" && <AreaCanvas areas={areas} dispatch={dispatch} aspect={aspect} />}
        <Cover
          kind={cover}
          isOwner
          isSwitching={false}
          onAgain={live.again}
          onSwitchOn={() => void api.command("settings.set", { watching: true }).catch(() => undefined)}
        />
      </section>
      {hasPlace && <p class="soft small">{words.parcels.drag}</p>}
      <FieldError error={saving.error} />
      <div class="row">
        {!hasPlace && (
          <Button
            kind="primary"
            icon="draw"
            testid="parcels-draw"
            onClick={() => dispatch({ type: "add", kind: "enter" })}
          >
            {words.parcels.draw}
          </Button>
        )}
        {hasPlace && isDirty && (
          <Button
            kind="primary"
            icon="check"
            busy={saving.isBusy}
            testid="parcels-save"
            onClick={() => set(areasToSave(areas)[0]?.points ?? null, words.parcels.saved)}
          >
            {words.parcels.save}
          </Button>
        )}
        {told.area && (
          <Button
            icon="close"
            disabled={saving.isBusy}
            testid="parcels-stop"
            onClick={() => set(null, words.parcels.stopped)}
          >
            {words.parcels.stop}
          </Button>
        )}
      </div>
      <p class="soft small">{words.parcels.honest}</p>
    </div>
  );
}

export function ParcelsScreen() {
  const { api } = useParts();
  const camera = useCamera();
  const [told, setTold] = useState<ParcelTold | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    let isWanted = true;
    api.command("parcel.get", {}).then(
      (found) => isWanted && setTold(found),
      (error: unknown) => isWanted && setFailure(error),
    );
    return () => {
      isWanted = false;
    };
  }, [api]);
  return (
    <Screen title={words.parcels.title} lead={words.parcels.lead} back="/settings" wide testid="parcels">
      {failure !== null && <Notice tone="bad" icon="warning" title={sentenceOf(failure)} />}
      {failure === null && !told && (
        <div class="skeleton skeleton-rows" role="status" aria-label={words.common.loading} />
      )}
      {told && camera && <Controls told={told} camera={camera} onTold={setTold} />}
    </Screen>
  );
}
