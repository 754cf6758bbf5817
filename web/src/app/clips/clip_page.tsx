/** One clip: played here after opening it with the owner's key, saved as a video, or deleted. */

import { useEffect, useRef, useState } from "preact/hooks";
import { decryptClip } from "../../core/download";
import { ApiError } from "../../core/errors";
import { firstFeet } from "../../core/moving";
import type { SealedFile } from "../../core/sealed_file";
import { Button } from "../../ui/button";
import { ask } from "../../ui/dialog";
import { Icon } from "../../ui/icon";
import { Empty, Notice } from "../../ui/parts";
import { saveAs } from "../../ui/save_as";
import { toast } from "../../ui/toast";
import { useValue } from "../../ui/use_value";
import { useCamera, useLibrary, useParts } from "../context";
import { goesOf } from "../keeping/goes";
import { KeepButton } from "../keeping/keep_button";
import { useKeeping } from "../keeping/use_keeping";
import { Link } from "../link";
import { boxOfFeet } from "../motion/calmer";
import { go } from "../router";
import { Screen } from "../screen";
import { sentenceOf } from "../sentences";
import { useAction } from "../use_action";
import { fullTime, span } from "../when";
import { words } from "../words";
import { NoKey } from "./clips";
import { FalseAlarm } from "./false_alarm";
import { fileNameOf } from "./file_name";
import { Outline } from "./outline";
import { Scrub } from "./scrub";
import { type OpenClip, useClipPlayer } from "./use_clip_player";
import { causeOf, timeOf } from "./visit_card";
import type { Visit } from "./visits";

function Trouble({ clip, visit }: { clip: OpenClip; visit: Visit | null }) {
  const { state } = clip;
  if (state.kind === "altered" || visit?.badge === "altered")
    return (
      <Notice tone="bad" icon="warning" title={words.clips.altered} testid="clip-altered">
        <p>{words.clips.alteredText}</p>
      </Notice>
    );
  if (state.kind === "ended_early" && !visit?.isRecording)
    return (
      <Notice tone="warn" icon="warning" title={words.clips.early} testid="clip-early">
        <p>{words.clips.earlyText}</p>
      </Notice>
    );
  if (state.kind === "failed")
    return (
      <Notice tone="warn" icon="warning" title={words.clips.loadFailed} testid="clip-failed">
        <p>{words.clips.cannotPlay}</p>
      </Notice>
    );
  if (visit?.badge === "unlisted")
    return (
      <Notice tone="warn" icon="info" title={words.clips.unlisted} testid="clip-unlisted">
        <p>{words.clips.unlistedText}</p>
      </Notice>
    );
  return null;
}

/** A clip begins muted, as browsers want it of a page that plays by itself: hearing it takes a tap. */
function HearButton({ video }: { video: { readonly current: HTMLVideoElement | null } }) {
  const [isHeard, setHeard] = useState(false);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const look = () => setHeard(!element.muted && element.volume > 0);
    look();
    element.addEventListener("volumechange", look);
    return () => element.removeEventListener("volumechange", look);
  }, [video]);
  const toggle = () => {
    const element = video.current;
    if (!element) return;
    element.muted = isHeard;
    if (!isHeard && element.volume === 0) element.volume = 1;
  };
  return (
    <Button wide icon={isHeard ? "check" : "mic"} pressed={isHeard} testid="clip-hear" onClick={toggle}>
      {words.clips.hear}
    </Button>
  );
}

function Facts({ visit, durationS }: { visit: Visit | null; durationS: number | null }) {
  const { keeping } = useKeeping();
  if (!visit) return null;
  return (
    <dl class="facts small">
      {visit.atMs !== null && (
        <div>
          <dt>{words.clips.started}</dt>
          <dd>{fullTime(visit.atMs)}</dd>
        </div>
      )}
      {durationS !== null && (
        <div>
          <dt>{words.clips.length}</dt>
          <dd>{span(durationS)}</dd>
        </div>
      )}
      {keeping && !visit.isRecording && (
        <div>
          <dt>{words.keeping.goes}</dt>
          <dd data-testid="clip-goes">{goesOf(visit, keeping.keep_hours, Date.now())}</dd>
        </div>
      )}
      {visit.sound !== "none" && (
        <div>
          <dt>{words.clips.soundTerm}</dt>
          <dd>{words.clips.soundFact[visit.sound]}</dd>
        </div>
      )}
      {visit.isClockUnsure && <p class="soft">{words.clips.clockUnsure}</p>}
    </dl>
  );
}

function Actions({ id, file, visit }: { id: string; file: SealedFile | null; visit: Visit | null }) {
  const { api, library } = useParts();
  const camera = useCamera();
  const [share, setShare] = useState(0);
  const saving = useAction({ speak: true });
  const deleting = useAction({ speak: true });
  const save = () =>
    saving.run(async () => {
      if (!file) return;
      setShare(0);
      const { blob, endedEarly } = await decryptClip(file, { onProgress: setShare });
      saveAs(blob, fileNameOf(camera?.name ?? words.product, visit?.atMs ?? null, id));
      toast(endedEarly ? words.clips.downloadedCut : words.clips.downloaded, "download");
    });
  const remove = async () => {
    const { removeTitle: title, removeText: body, removeYes: action } = words.clips;
    if (!(await ask({ title, body, action, cancel: words.common.cancel, danger: true }))) return;
    const isGone = await deleting.run(async () => {
      await api.command("clip.delete", { clip: id });
    });
    if (!isGone) return;
    library.refresh();
    toast(words.clips.removed, "trash");
    await go("/clips", "replace");
  };
  return (
    <div class="row clip-actions">
      <Button
        kind="primary"
        icon="download"
        busy={saving.isBusy}
        disabled={!file}
        testid="clip-download"
        onClick={save}
      >
        {saving.isBusy ? words.clips.downloading(share) : words.clips.download}
      </Button>
      {visit && <KeepButton visit={visit} />}
      <Button kind="danger-quiet" icon="trash" busy={deleting.isBusy} testid="clip-delete" onClick={remove}>
        {words.clips.remove}
      </Button>
    </div>
  );
}

function Neighbours({ visits, id }: { visits: readonly Visit[]; id: string }) {
  const kept = visits.filter((visit) => !visit.isRecording && visit.badge !== "missing");
  const at = kept.findIndex((visit) => visit.id === id);
  const newer = at > 0 ? kept[at - 1] : undefined;
  const older = at >= 0 ? kept[at + 1] : undefined;
  return (
    <nav class="row spread neighbours" aria-label={words.clips.title}>
      {newer ? (
        <Link to={`/clips/${newer.id}`} class="button button-plain" testid="clip-newer">
          <Icon name="left" size={20} />
          {words.clips.newer}
        </Link>
      ) : (
        <span />
      )}
      {older && (
        <Link to={`/clips/${older.id}`} class="button button-plain" testid="clip-older">
          {words.clips.older}
          <Icon name="right" size={20} />
        </Link>
      )}
    </nav>
  );
}

function Failed({ error }: { error: unknown }) {
  const isGone = error instanceof ApiError && error.code === "not_found";
  return (
    <Empty
      icon="clips"
      title={isGone ? words.clips.gone : words.clips.loadFailed}
      text={isGone ? words.clips.goneText : sentenceOf(error)}
      testid="clip-gone"
    >
      <Link to="/clips" class="button button-primary">
        {words.clips.toClips}
      </Link>
    </Empty>
  );
}

export function ClipPage({ id }: { id: string }) {
  const identity = useValue(useParts().home.identity);
  const content = useLibrary();
  const video = useRef<HTMLVideoElement>(null);
  const clip = useClipPlayer(id, video, identity);
  const [isOutlined, setOutlined] = useState(false);
  const visits = content.kind === "ready" ? content.visits : [];
  const visit = visits.find((each) => each.id === id) ?? null;
  const title = visit ? `${causeOf(visit)}, ${timeOf(visit)}` : words.clips.player;
  const durationS = clip.durationMs !== null ? clip.durationMs / 1000 : (visit?.durationS ?? null);
  if (!identity)
    return (
      <Screen title={title} back="/clips" testid="clip-page">
        <NoKey />
      </Screen>
    );
  if (clip.failure)
    return (
      <Screen title={title} back="/clips" testid="clip-page">
        <Failed error={clip.failure} />
      </Screen>
    );
  return (
    <Screen title={title} back="/clips" wide testid="clip-page">
      <div class="player">
        <div class="stage">
          <video
            ref={video}
            class="stage-video"
            controls
            playsInline
            autoPlay
            muted
            data-testid="clip-video"
            aria-label={words.clips.player}
          />
          {isOutlined && <Outline video={video} moving={clip.moving} />}
          {clip.state.kind === "loading" && (
            <div class="cover" role="status">
              <span class="spinner spinner-big" aria-hidden="true" />
              <span class="unseen">{words.clips.loading}</span>
            </div>
          )}
        </div>
        <div class="player-side stack">
          <Scrub video={video} durationS={durationS ?? 0} moving={clip.moving} />
          {visit && (visit.sound === "all" || visit.sound === "part") && <HearButton video={video} />}
          <Trouble clip={clip} visit={visit} />
          <Actions id={id} file={clip.file} visit={visit} />
          <div class="row clip-motion">
            {clip.moving.length > 0 && (
              <Button
                icon={isOutlined ? "check" : "eye"}
                pressed={isOutlined}
                testid="clip-outline"
                onClick={() => setOutlined(!isOutlined)}
              >
                {words.clips.outline}
              </Button>
            )}
            {clip.file && !visit?.isRecording && (
              <Link to={`/clips/${id}/copy`} class="button button-quiet" testid="clip-copy">
                <Icon name="copy" size={22} />
                <span>{words.copy.open}</span>
              </Link>
            )}
            {visit && <FalseAlarm visit={visit} video={video} told={boxOfFeet(firstFeet(clip.moving))} />}
          </div>
          <Facts visit={visit} durationS={durationS} />
          <Neighbours visits={visits} id={id} />
        </div>
      </div>
    </Screen>
  );
}
