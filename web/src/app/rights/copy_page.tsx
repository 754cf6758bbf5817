/** A copy of one clip for somebody who is in it: others are taken out here, in the owner's browser. */

import { useEffect, useRef, useState } from "preact/hooks";
import { sha256, toHex } from "../../core/bytes";
import { decryptClip } from "../../core/download";
import { accountOf, MOST_PARTS, newPart, type Part, type Plan, spanning, type Way } from "../../core/redact";
import { SealedFile } from "../../core/sealed_file";
import { Button } from "../../ui/button";
import { Choices } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { Notice } from "../../ui/parts";
import { saveAs } from "../../ui/save_as";
import { useValue } from "../../ui/use_value";
import { NoKey } from "../clips/clips";
import { fileNameOf } from "../clips/file_name";
import { useCamera, useLibrary, useParts } from "../context";
import { Screen } from "../screen";
import { sentenceOf } from "../sentences";
import { useAction } from "../use_action";
import { fullTime, span } from "../when";
import { words } from "../words";
import { PartBox } from "./part_box";
import { eachPicture, type Recording, Redactor, recordCopy, recordingKind } from "./redactor";
import { stepCodec, stepCopy } from "./step_copy";

const say = words.copy;
const WAYS = (["hide", "keep"] as const).map((value) => ({ value, label: say.ways[value] }));

/** Of the pictures: above this share the owner is told. */
const MUCH_LOST = 0.25;

interface Opened {
  readonly url: string | null;
  readonly share: number;
  readonly isCut: boolean;
  readonly failure: unknown;
}

/** The whole clip, opened here first: then the copy never waits for the network. */
function useWholeClip(id: string, identity: string | null): Opened {
  const { api } = useParts();
  const [opened, setOpened] = useState<Opened>({ url: null, share: 0, isCut: false, failure: null });
  useEffect(() => {
    if (!identity) return;
    const stopping = new AbortController();
    let url: string | null = null;
    const open = async () => {
      const file = await SealedFile.open(api.clipRanges(id), identity, stopping.signal);
      const onProgress = (share: number) => setOpened((now) => ({ ...now, share }));
      const whole = await decryptClip(file, { signal: stopping.signal, onProgress });
      stopping.signal.throwIfAborted();
      url = URL.createObjectURL(whole.blob);
      setOpened({ url, share: 1, isCut: whole.endedEarly || whole.altered !== null, failure: null });
    };
    open().catch((failure: unknown) => {
      if (!stopping.signal.aborted) setOpened((now) => ({ ...now, failure }));
    });
    return () => {
      stopping.abort();
      if (url) URL.revokeObjectURL(url);
    };
  }, [api, id, identity]);
  return opened;
}

/** Picture by picture where the browser can, else while the clip plays. */
async function copyOf(
  element: HTMLVideoElement,
  plan: Plan,
  kind: Recording | null,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ made: Blob; lost: number; ending: string }> {
  const codec = await stepCodec(element.videoWidth, element.videoHeight);
  if (codec)
    return { made: await stepCopy(element, plan, codec, onProgress, signal), lost: 0, ending: "webm" };
  if (!kind) throw new Error("this browser records no copy");
  const { video, lost } = await recordCopy(element, plan, kind, onProgress, signal);
  return { made: video, lost, ending: kind.ending };
}

interface Copy {
  readonly video: Blob;
  readonly lost: number;
  readonly url: string;
  readonly name: string;
  readonly account: string;
}

function Finished({ copy }: { copy: Copy }) {
  const textName = copy.name.replace(/\.\w+$/, ".txt");
  return (
    <section class="card stack" aria-label={say.done} data-testid="copy-done">
      <h2>{say.done}</h2>
      <p>{say.watch}</p>
      {copy.lost > MUCH_LOST && (
        <Notice tone="warn" icon="warning" title={say.lost(copy.lost)} testid="copy-few" />
      )}
      <video
        class="copy-result"
        preload="auto"
        src={copy.url}
        controls
        playsInline
        muted
        aria-label={say.done}
        data-testid="copy-video"
      />
      <div class="row">
        <Button
          kind="primary"
          icon="download"
          testid="copy-save"
          onClick={() => saveAs(copy.video, copy.name)}
        >
          {say.save}
        </Button>
        <Button
          icon="download"
          testid="copy-save-text"
          onClick={() => saveAs(new Blob([copy.account], { type: "text/plain" }), textName)}
        >
          {say.saveText}
        </Button>
      </div>
      <p class="soft small">{say.both}</p>
    </section>
  );
}

interface PartRowProps {
  part: Part;
  number: number;
  durationS: number;
  isPicked: boolean;
  nowS: () => number;
  onPick: () => void;
  onPart: (part: Part) => void;
  onRemove: () => void;
}

function PartRow({ part, number, durationS, isPicked, nowS, onPick, onPart, onRemove }: PartRowProps) {
  const isWhole = part.fromS <= 0 && part.toS >= durationS;
  return (
    <li class={`copy-part stack-tight${isPicked ? " is-picked" : ""}`} data-testid={`part-row-${number}`}>
      <div class="row spread">
        <button type="button" class="copy-part-name" onClick={onPick} aria-pressed={isPicked}>
          <span class="rows-title">{say.part(number)}</span>
          <span class="soft small" data-testid={`part-span-${number}`}>
            {isWhole ? say.wholeClip : say.fromTo(span(part.fromS), span(part.toS))}
          </span>
        </button>
        <Button kind="danger-quiet" icon="trash" testid={`part-remove-${number}`} onClick={onRemove}>
          {say.remove}
        </Button>
      </div>
      <div class="row">
        <Button testid={`part-from-${number}`} onClick={() => onPart(spanning(part, "from", nowS()))}>
          {say.from}
        </Button>
        <Button testid={`part-to-${number}`} onClick={() => onPart(spanning(part, "to", nowS()))}>
          {say.to}
        </Button>
        {!isWhole && (
          <Button
            testid={`part-whole-${number}`}
            onClick={() => onPart({ ...part, fromS: 0, toS: durationS })}
          >
            {say.whole}
          </Button>
        )}
      </div>
    </li>
  );
}

function Editor({ id, url, isCut, title }: { id: string; url: string; isCut: boolean; title: string }) {
  const camera = useCamera();
  const content = useLibrary();
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [durationS, setDuration] = useState(0);
  const [atS, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [plan, setPlan] = useState<Plan>({ way: "hide", parts: [] });
  const [picked, setPicked] = useState<number | null>(null);
  const [share, setShare] = useState<number | null>(null);
  const [copy, setCopy] = useState<Copy | null>(null);
  const making = useAction({ explain: () => say.failed });
  const stopping = useRef(new AbortController());
  const newest = useRef(plan);
  newest.current = plan;
  const kind = recordingKind();
  const canCopy = kind !== null || typeof VideoEncoder !== "undefined";
  useEffect(() => () => stopping.current.abort(), []);
  useEffect(() => () => (copy ? URL.revokeObjectURL(copy.url) : undefined), [copy]);

  useEffect(() => {
    const [element, target] = [video.current, canvas.current];
    if (!element || !target) return;
    const redactor = new Redactor(target);
    const show = (seconds: number) => {
      redactor.draw(element, newest.current, seconds);
      setAt(seconds);
    };
    const again = () => show(element.currentTime);
    const stop = eachPicture(element, show);
    for (const name of ["seeked", "loadeddata", "plan"]) element.addEventListener(name, again);
    return () => {
      stop();
      for (const name of ["seeked", "loadeddata", "plan"]) element.removeEventListener(name, again);
    };
  }, []);
  useEffect(() => {
    video.current?.dispatchEvent(new Event("plan"));
  }, [plan]);

  const change = (next: Plan) => {
    setPlan(next);
    setCopy(null);
  };
  const setPart = (part: Part) =>
    change({ ...plan, parts: plan.parts.map((each) => (each.id === part.id ? part : each)) });
  const add = () => {
    const part = newPart(plan.parts, durationS);
    change({ ...plan, parts: [...plan.parts, part] });
    setPicked(part.id);
  };
  const setWay = (way: Way) =>
    change({ way, parts: plan.parts.length === 0 && way === "keep" ? [newPart([], durationS)] : plan.parts });
  const cancel = () => {
    stopping.current.abort();
    stopping.current = new AbortController();
  };
  const make = () =>
    making.run(async () => {
      const element = video.current;
      if (!element) return;
      const { signal } = stopping.current;
      setShare(0);
      try {
        const { made, lost, ending } = await copyOf(element, plan, kind, setShare, signal);
        const atMs =
          content.kind === "ready" ? (content.visits.find((each) => each.id === id)?.atMs ?? null) : null;
        const name = say.fileName(
          fileNameOf(camera?.name ?? words.product, atMs, id).replace(/\.mp4$/, ""),
          ending,
        );
        const digest = toHex(await sha256(new Uint8Array(await made.arrayBuffer())));
        const account = accountOf(plan, {
          clip: id,
          started: atMs === null ? words.time.unknown : fullTime(atMs),
          made: fullTime(Date.now()),
          durationS,
          fileName: name,
          sha256: digest,
          sizeBytes: made.size,
        });
        if (!signal.aborted) setCopy({ video: made, lost, url: URL.createObjectURL(made), name, account });
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        setShare(null);
      }
    });
  const play = () => {
    const element = video.current;
    if (!element) return;
    if (element.paused) void element.play();
    else element.pause();
  };
  const isBusy = share !== null;
  const blocked = plan.parts.length === 0 ? say.needsPart : null;
  return (
    <div class="player copy">
      <div class="copy-view">
        <div class="copy-picture" data-picture>
          <canvas ref={canvas} data-testid="copy-picture" role="img" aria-label={say.picture(title)} />
          <video
            ref={video}
            class="copy-source"
            src={url}
            muted
            playsInline
            preload="auto"
            aria-hidden="true"
            tabIndex={-1}
            data-testid="copy-source"
            onLoadedMetadata={(event) => {
              const { duration } = event.currentTarget;
              if (Number.isFinite(duration)) setDuration(duration);
            }}
            onDurationChange={(event) => {
              const { duration } = event.currentTarget;
              if (Number.isFinite(duration)) setDuration(duration);
            }}
            onPlay={() => setPlaying(true)}
            onPause={() => setPlaying(false)}
          />
          {!isBusy &&
            plan.parts.map((part, index) => (
              <PartBox
                key={part.id}
                part={part}
                number={index + 1}
                isPicked={picked === part.id}
                isNow={atS >= part.fromS && atS <= part.toS}
                onPart={setPart}
                onPick={() => setPicked(part.id)}
              />
            ))}
        </div>
        <div class="row copy-line">
          <Button icon={isPlaying ? "pause" : "play"} disabled={isBusy} testid="copy-play" onClick={play}>
            {isPlaying ? say.pause : say.play}
          </Button>
          <input
            type="range"
            class="scrub-line grow"
            style={{ "--share": `${durationS > 0 ? (100 * atS) / durationS : 0}%` }}
            min={0}
            max={durationS || 1}
            step={0.05}
            value={atS}
            disabled={isBusy}
            aria-label={say.moment}
            aria-valuetext={span(atS)}
            data-testid="copy-moment"
            onInput={(event) => {
              if (video.current) video.current.currentTime = Number(event.currentTarget.value);
            }}
          />
          <span class="small soft copy-time">{span(atS)}</span>
        </div>
      </div>
      <div class="player-side stack">
        {isCut && <Notice tone="warn" icon="warning" title={say.cut} />}
        <fieldset class="plain stack" disabled={isBusy}>
          <Choices legend={say.way} value={plan.way} options={WAYS} testid="copy-way" onChange={setWay} />
          {plan.parts.length > 0 && (
            <ul class="stack-tight">
              {plan.parts.map((part, index) => (
                <PartRow
                  key={part.id}
                  part={part}
                  number={index + 1}
                  durationS={durationS}
                  isPicked={picked === part.id}
                  nowS={() => video.current?.currentTime ?? 0}
                  onPick={() => setPicked(part.id)}
                  onPart={setPart}
                  onRemove={() =>
                    change({ ...plan, parts: plan.parts.filter((each) => each.id !== part.id) })
                  }
                />
              ))}
            </ul>
          )}
          <div>
            <Button
              icon="plus"
              disabled={plan.parts.length >= MOST_PARTS || durationS === 0}
              testid="part-add"
              onClick={add}
            >
              {say.add[plan.way]}
            </Button>
          </div>
        </fieldset>
        <p class="soft small">{say.tiles}</p>
        {!canCopy && <Notice tone="warn" icon="warning" title={say.cannot} testid="copy-cannot" />}
        {making.error && <Notice tone="bad" icon="warning" title={making.error} testid="copy-failed" />}
        {canCopy && (
          <Button
            kind="primary"
            icon="copy"
            busy={isBusy}
            blocked={blocked}
            testid="copy-make"
            onClick={make}
          >
            {isBusy ? say.making(share) : say.make}
          </Button>
        )}
        {isBusy && (
          <>
            <Button testid="copy-cancel" onClick={cancel}>
              {words.common.cancel}
            </Button>
            <p class="soft small" role="status">
              <Icon name="info" size={18} /> {say.stay}
            </p>
          </>
        )}
        {copy && <Finished copy={copy} />}
      </div>
    </div>
  );
}

export function CopyPage({ id }: { id: string }) {
  const identity = useValue(useParts().home.identity);
  const content = useLibrary();
  const opened = useWholeClip(id, identity);
  const visit = content.kind === "ready" ? content.visits.find((each) => each.id === id) : undefined;
  const when = visit?.atMs ? fullTime(visit.atMs) : words.clips.player;
  return (
    <Screen title={say.title} lead={say.lead(when)} back={`/clips/${id}`} wide testid="copy-page">
      {!identity && <NoKey />}
      {opened.failure !== null && (
        <Notice tone="bad" icon="warning" title={sentenceOf(opened.failure)} testid="copy-lost" />
      )}
      {identity && !opened.url && opened.failure === null && (
        <p role="status" class="soft">
          {say.opening(opened.share)}
        </p>
      )}
      {opened.url && <Editor id={id} url={opened.url} isCut={opened.isCut} title={when} />}
    </Screen>
  );
}
