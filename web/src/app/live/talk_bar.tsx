/** Talk to the door: one tap opens the conversation, a held button speaks; what does not work is said. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import type { LiveView } from "../../core/live";
import { Talk, type TalkState } from "../../core/talk";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Notice } from "../../ui/parts";
import { useValue } from "../../ui/use_value";
import { useCamera, useParts } from "../context";
import { useAction } from "../use_action";
import { words } from "../words";

function useTalk(view: LiveView) {
  const { api } = useParts();
  const talk = useMemo(() => new Talk(api, view), [api, view]);
  const state = useValue(talk.state);
  useEffect(() => () => talk.hangUp(), [talk]);
  useEffect(() => {
    const leave = () => talk.speak(false);
    addEventListener("blur", leave);
    return () => removeEventListener("blur", leave);
  }, [talk]);
  return { talk, state };
}

/** The door's voice; only an element that plays makes it heard. */
function Ear({ view }: { view: LiveView }) {
  const ear = useRef<HTMLAudioElement>(null);
  const sound = useValue(view.sound);
  useEffect(() => {
    const element = ear.current;
    if (!element) return;
    element.srcObject = sound;
    if (sound) void element.play().catch(() => undefined); // a tap opened the conversation, so it may play
    return () => {
      element.srcObject = null;
    };
  }, [sound]);
  // biome-ignore lint/a11y/useMediaCaption: a live conversation has no captions
  return <audio ref={ear} autoPlay data-testid="talk-ear" />;
}

/** Held by finger, mouse or key; whoever cannot hold taps by other means (a click without a pointer) to switch. */
function HoldButton({ isSpeaking, onSpeak }: { isSpeaking: boolean; onSpeak: (is: boolean) => void }) {
  const isKey = (event: KeyboardEvent) => event.key === " " || event.key === "Enter";
  return (
    <button
      type="button"
      class={`talk-hold${isSpeaking ? " talk-hold-on" : ""}`}
      aria-pressed={isSpeaking}
      data-testid="talk-hold"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        onSpeak(true);
      }}
      onPointerUp={() => onSpeak(false)}
      onLostPointerCapture={() => onSpeak(false)}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!isKey(event)) return;
        event.preventDefault();
        if (!event.repeat) onSpeak(true);
      }}
      onKeyUp={(event) => {
        if (!isKey(event)) return;
        event.preventDefault();
        onSpeak(false);
      }}
      onBlur={() => onSpeak(false)}
      onClick={(event) => {
        if (event.detail === 0) onSpeak(!isSpeaking);
      }}
    >
      <Icon name="mic" size={28} />
      {isSpeaking ? words.talk.speaking : words.talk.hold}
    </button>
  );
}

function Conversation({
  state,
  talk,
  view,
}: {
  state: TalkState & { kind: "open" };
  talk: Talk;
  view: LiveView;
}) {
  const fault = useCamera()?.talk_fault;
  return (
    <section class="card talk" aria-label={words.talk.section} data-testid="talk">
      <Ear view={view} />
      {fault && <Notice tone="bad" icon="warning" title={fault} testid="talk-fault" />}
      {!state.canSpeak && (
        <Notice tone="plain" icon="info" title={words.talk.noMicrophone} testid="talk-listening" />
      )}
      {state.canSpeak && <HoldButton isSpeaking={state.isSpeaking} onSpeak={(is) => talk.speak(is)} />}
      <div class="row spread">
        <p class="soft small" role="status">
          {state.isSpeaking ? words.talk.doorMuted : words.talk.youHear}
        </p>
        <Button kind="danger-quiet" icon="hangUp" testid="talk-hang-up" onClick={() => talk.hangUp()}>
          {words.talk.hangUp}
        </Button>
      </div>
    </section>
  );
}

export function TalkBar({ view }: { view: LiveView }) {
  const { talk, state } = useTalk(view);
  const opening = useAction({ speak: true });
  if (state.kind === "open") return <Conversation state={state} talk={talk} view={view} />;
  return (
    <Button
      kind="primary"
      icon="mic"
      wide
      busy={state.kind === "opening"}
      testid="talk-open"
      onClick={() => opening.run(() => talk.open())}
    >
      {words.talk.open}
    </Button>
  );
}
