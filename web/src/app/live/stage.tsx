/** The live picture with what lies over it: the quiet live dot, the bell line, full screen and small picture. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { CameraState } from "../../core/messages";
import { Icon } from "../../ui/icon";
import { words } from "../words";
import type { CoverKind } from "./cover";
import { Cover } from "./cover";
import type { LivePicture } from "./use_live";

function useFullscreen(frame: { readonly current: HTMLElement | null }) {
  const [isFull, setFull] = useState(false);
  useEffect(() => {
    const look = () => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, []);
  const toggle = () => {
    const ask = isFull ? document.exitFullscreen() : frame.current?.requestFullscreen();
    void ask?.catch(() => undefined); // the browser said no: nothing changes
  };
  return { isFull, toggle };
}

function StageButton(props: {
  icon: "fullscreen" | "pip";
  label: string;
  testid: string;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      class="stage-button"
      aria-label={props.label}
      title={props.label}
      data-testid={props.testid}
      onClick={props.onClick}
    >
      <Icon name={props.icon} size={22} />
    </button>
  );
}

function LiveDot({ camera }: { camera: CameraState }) {
  return (
    <p class="stage-pill" data-testid="live-dot">
      <span class="dot dot-live" aria-hidden="true" />
      <strong>{words.live.live}</strong>
      <span class="stage-pill-soft">{words.live.watching(camera.viewers)}</span>
    </p>
  );
}

/** Said to everybody who watches: clips hold what is said at the door, or would if the microphone worked. */
function SoundMark({ fault }: { fault: string | null }) {
  return (
    <p class="stage-pill" data-testid="live-sound" title={fault ?? words.live.soundHelp}>
      <Icon name={fault ? "micOff" : "mic"} size={16} />
      {fault ? words.live.soundFails : words.live.soundRecorded}
    </p>
  );
}

interface StageProps {
  live: LivePicture;
  camera: CameraState;
  cover: CoverKind;
  isOwner: boolean;
  isSwitching: boolean;
  onSwitchOn: () => void;
}

export function Stage({ live, camera, cover, isOwner, isSwitching, onSwitchOn }: StageProps) {
  const frame = useRef<HTMLElement>(null);
  const { isFull, toggle } = useFullscreen(frame);
  const canFull = document.fullscreenEnabled;
  const canPip = document.pictureInPictureEnabled;
  const float = () => void live.video.current?.requestPictureInPicture().catch(() => undefined);
  const ratio =
    camera.width_px > 0 && camera.height_px > 0 ? `${camera.width_px} / ${camera.height_px}` : "16 / 9";
  return (
    <section
      ref={frame}
      class="stage stage-live"
      style={{ aspectRatio: ratio }}
      aria-label={words.live.picture}
    >
      <video
        ref={live.video}
        class="stage-video"
        data-testid="live-video"
        autoPlay
        muted
        playsInline
        disableRemotePlayback
        aria-label={words.live.picture}
      />
      <Cover
        kind={cover}
        isOwner={isOwner}
        isSwitching={isSwitching}
        onAgain={live.again}
        onSwitchOn={onSwitchOn}
      />
      <div class="stage-top">
        {cover === "none" && <LiveDot camera={camera} />}
        {camera.recording_clip && cover === "none" && (
          <p class="stage-pill" data-testid="live-recording">
            <span class="dot dot-rec" aria-hidden="true" />
            {words.live.recording}
          </p>
        )}
        {cover === "none" && camera.records_sound && <SoundMark fault={camera.sound_fault ?? null} />}
      </div>
      {cover === "none" && (
        <div class="stage-corner">
          {canPip && <StageButton icon="pip" label={words.live.pip} testid="live-pip" onClick={float} />}
          {canFull && (
            <StageButton
              icon="fullscreen"
              label={isFull ? words.live.leaveFullscreen : words.live.fullscreen}
              testid="live-fullscreen"
              onClick={toggle}
            />
          )}
        </div>
      )}
      <div class="stage-news" role="status" data-testid="live-news">
        {camera.has_motion && cover === "none" && (
          <p class="stage-pill stage-pill-news">
            <Icon name="bell" size={18} />
            {words.live.atDoor}
          </p>
        )}
      </div>
    </section>
  );
}
