/** Setting motion up: the live picture with what would be recorded, how sensitive, where it counts, where it is calmer. */

import { useEffect, useMemo, useReducer, useRef } from "preact/hooks";
import type { CameraState, MotionArea, MotionTold } from "../../core/messages";
import { Notice } from "../../ui/parts";
import { toast } from "../../ui/toast";
import { useValue } from "../../ui/use_value";
import { useCamera, useParts } from "../context";
import { askToLeave } from "../draw/tools";
import { coverOf } from "../live/cover";
import { useLive } from "../live/use_live";
import { setLeaveGuard } from "../router";
import { Screen } from "../screen";
import { sentenceOf } from "../sentences";
import { useAction } from "../use_action";
import { words } from "../words";
import { AreaList } from "./area_list";
import { areasToSave, changeAreas, isChanged, startAreas } from "./areas";
import { CalmerList } from "./calmer_list";
import { Latest } from "./latest";
import { MotionStage } from "./motion_stage";
import { Sensitivity } from "./sensitivity";
import { Now, Tally } from "./tally";
import { type MotionSettings, useMotionSeen, useMotionSettings } from "./use_motion";

const NONE: readonly MotionArea[] = [];

function useAreas(settings: MotionSettings) {
  const saved = settings.told?.areas ?? NONE;
  const [areas, dispatch] = useReducer(changeAreas, NONE, startAreas);
  useEffect(() => dispatch({ type: "loaded", areas: saved }), [saved]);
  const isDirty = isChanged(areas);
  useEffect(() => {
    setLeaveGuard(isDirty ? askToLeave : null);
    return () => setLeaveGuard(null);
  }, [isDirty]);
  return { areas, dispatch };
}

/** A slider is moved again before the camera has answered: the last place counts. */
function useSensitivity(settings: MotionSettings): (value: number) => Promise<boolean> {
  const set = useRef(settings.set);
  set.current = settings.set;
  const latest = useMemo(() => new Latest<number>((sensitivity) => set.current({ sensitivity })), []);
  return (value) =>
    latest.set(value).then(
      () => true,
      (error: unknown) => {
        toast(sentenceOf(error), "warning");
        return false;
      },
    );
}

function Legend() {
  return (
    <ul class="legend small">
      <li>
        <i class="legend-counts" aria-hidden="true" />
        {words.motion.legendCounts}
      </li>
      <li>
        <i class="legend-ignored" aria-hidden="true" />
        {words.motion.legendIgnored}
      </li>
    </ul>
  );
}

interface ControlsProps {
  settings: MotionSettings;
  told: MotionTold;
  camera: CameraState;
}

/** Mounted once both are known: the live picture looks for its video element only when it begins. */
function Controls({ settings, told, camera }: ControlsProps) {
  const { areas, dispatch } = useAreas(settings);
  const { home } = useParts();
  const isConnected = useValue(home.isConnected);
  const hasKey = useValue(home.identity) !== null;
  const live = useLive(Boolean(camera.is_watching && camera.mask));
  const cover = coverOf(camera, isConnected, live.state, live.hasPicture);
  const seen = useMotionSeen(cover === "none", live.viewer);
  const setSensitivity = useSensitivity(settings);
  const saving = useAction();
  const { sensitivity, calmer, knows_time: knowsTime, fault } = told;
  const save = () =>
    saving.run(async () => {
      await settings.set({ areas: areasToSave(areas) });
      toast(words.motion.savedAreas);
    });
  return (
    <div class="motion">
      <div class="motion-picture">
        <MotionStage
          live={live}
          camera={camera}
          cover={cover}
          seen={seen}
          areas={areas}
          dispatch={dispatch}
          calmer={calmer}
        />
        {hasKey ? <Now seen={seen} /> : <p class="soft small">{words.motion.noKey}</p>}
      </div>
      <div class="motion-side">
        <div class="motion-told">
          {hasKey && <Tally seen={seen} />}
          <Legend />
        </div>
        {fault && <Notice tone="warn" icon="warning" title={words.motion.fault} testid="motion-fault" />}
        <Sensitivity value={sensitivity} onSet={setSensitivity} />
        <AreaList
          areas={areas}
          dispatch={dispatch}
          isSaving={saving.isBusy}
          error={saving.error}
          onSave={save}
        />
        <CalmerList calmer={calmer} knowsTime={knowsTime} onUndo={settings.undo} />
      </div>
    </div>
  );
}

export function MotionScreen() {
  const settings = useMotionSettings();
  const camera = useCamera();
  return (
    <Screen title={words.motion.title} lead={words.motion.lead} back="/settings" wide testid="motion">
      {settings.failure !== null && settings.told === null && (
        <Notice tone="bad" icon="warning" title={sentenceOf(settings.failure)} testid="motion-failed" />
      )}
      {settings.failure === null && settings.told === null && (
        <div class="skeleton skeleton-rows" role="status" aria-label={words.common.loading} />
      )}
      {settings.told && camera && <Controls settings={settings} told={settings.told} camera={camera} />}
    </Screen>
  );
}
