/** The first screen: the live picture, what happens at the door, and the last visits. */

import { Button } from "../../ui/button";
import { toast } from "../../ui/toast";
import { useValue } from "../../ui/use_value";
import { SoundHint } from "../bell/sound_hint";
import { useCamera, useMe, useParts } from "../context";
import { QuickReplies } from "../replies/quick_replies";
import { usePageTitle } from "../screen";
import { useAction } from "../use_action";
import { words } from "../words";
import { type CoverKind, coverOf } from "./cover";
import { LastVisits } from "./last_visits";
import { Stage } from "./stage";
import { TalkBar } from "./talk_bar";
import { useLive } from "./use_live";

function RecordButton({ isRecording, isPossible }: { isRecording: boolean; isPossible: boolean }) {
  const { api } = useParts();
  const recording = useAction({ speak: true });
  const record = () =>
    recording.run(async () => {
      await api.command("clip.record", {});
      toast(words.live.recordAsked, "record");
    });
  return (
    <Button
      icon="record"
      busy={recording.isBusy}
      blocked={isRecording ? words.live.recordingWhy : isPossible ? null : words.live.recordImpossible}
      testid="record-now"
      onClick={record}
    >
      {isRecording ? words.live.recording : words.live.record}
    </Button>
  );
}

/** There is nothing to record: black, or nobody to ask. */
const UNSEEING: ReadonlySet<CoverKind> = new Set([
  "off",
  "dark",
  "no_stoop",
  "no_source",
  "away",
  "moved",
  "checking",
]);

export function Live() {
  const { api, home } = useParts();
  const camera = useCamera();
  const isOwner = useMe()?.role === "owner";
  const isConnected = useValue(home.isConnected);
  const live = useLive(Boolean(camera?.is_watching && camera.mask && !camera.is_dark), isOwner);
  const heading = usePageTitle(words.live.title);
  const switching = useAction({ speak: true });
  if (!camera) return null;
  const cover = coverOf(camera, isConnected, live.state, live.hasPicture);
  const switchOn = () =>
    switching.run(async () => {
      await api.command("settings.set", { watching: true });
    });
  return (
    <div class="live" data-testid="live">
      <Stage
        live={live}
        camera={camera}
        cover={cover}
        isOwner={isOwner}
        isSwitching={switching.isBusy}
        onSwitchOn={switchOn}
      />
      <div class="live-below">
        <header class="row spread live-head">
          <div class="grow">
            <h1 ref={heading} tabIndex={-1}>
              {camera.name}
            </h1>
            {cover === "none" && (
              <p class="soft">{camera.has_motion ? words.live.atDoor : words.live.quiet}</p>
            )}
            {cover === "none" && camera.view === "unknown" && (
              <p class="soft small" data-testid="live-view-unknown">
                {words.live.viewUnknown}
              </p>
            )}
            {camera.mask && (
              <p class="soft small" data-testid="live-mask" title={words.live.maskHelp(camera.mask.digest)}>
                {words.live.mask(
                  Math.round((1 - camera.mask.visible_share) * 100),
                  camera.mask.digest.slice(0, 8),
                )}
              </p>
            )}
          </div>
          {isOwner && (
            <RecordButton
              isRecording={camera.recording_clip !== null}
              isPossible={!UNSEEING.has(cover) && !camera.is_bell_only}
            />
          )}
        </header>
        {isOwner && cover === "none" && <TalkBar view={live.view} />}
        {isOwner && <QuickReplies />}
        <SoundHint />
        {isOwner && <LastVisits />}
      </div>
    </div>
  );
}
