/** Settings of the phrases for the door: hear them at the door, delete them, record a new one. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type Bytes, toBase64Url } from "../../core/bytes";
import type { RepliesTold } from "../../core/messages";
import { MAX_BYTES, type Recording, record } from "../../core/replies";
import { Button, IconButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { FieldError, TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { Notice } from "../../ui/parts";
import { toast } from "../../ui/toast";
import { useParts } from "../context";
import { useAction } from "../use_action";
import { words } from "../words";
import { useReplies } from "./use_replies";

function useRecording() {
  const [sound, setSound] = useState<Bytes | null>(null);
  const [isOn, setOn] = useState(false);
  const recording = useRef<Recording | null>(null);
  useEffect(() => () => recording.current?.stop(), []);
  const start = async () => {
    setSound(null);
    recording.current = await record().catch(() => {
      throw new Error(words.replies.noMicrophone);
    });
    setOn(true);
    recording.current.done.then(
      (made) => {
        setOn(false);
        setSound(made);
      },
      () => setOn(false),
    );
  };
  return { sound, isOn, start, stop: () => recording.current?.stop() };
}

/** A recording that can be heard before it is kept. */
function Hear({ sound }: { sound: Bytes }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([sound]));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [sound]);
  // biome-ignore lint/a11y/useMediaCaption: the owner's own words of a moment ago
  return url ? <audio controls src={url} data-testid="reply-hear" /> : null;
}

function NewReply({ onTold, onClose }: { onTold: (told: RepliesTold) => void; onClose: () => void }) {
  const { api } = useParts();
  const [name, setName] = useState("");
  const recording = useRecording();
  const starting = useAction({ explain: (error) => (error instanceof Error ? error.message : null) });
  const saving = useAction();
  const { sound } = recording;
  const isTooLong = sound !== null && sound.length > MAX_BYTES;
  const save = async (event: Event) => {
    event.preventDefault();
    if (!sound || name.trim() === "" || isTooLong) return;
    const isDone = await saving.run(async () => {
      onTold(await api.command("reply.add", { name: name.trim(), sound: toBase64Url(sound) }));
    });
    if (isDone) onClose();
  };
  return (
    <Dialog title={words.replies.addTitle} onClose={onClose} testid="reply-dialog">
      <form class="stack" onSubmit={save}>
        <p class="soft">{words.replies.addText}</p>
        <Button
          kind={recording.isOn ? "danger" : "primary"}
          icon={recording.isOn ? "record" : "mic"}
          wide
          pressed={recording.isOn}
          testid="reply-record"
          onClick={() => (recording.isOn ? recording.stop() : starting.run(recording.start))}
        >
          {recording.isOn ? words.replies.stop : sound ? words.replies.again : words.replies.record}
        </Button>
        <FieldError error={starting.error ?? (isTooLong ? words.replies.tooLong : null)} />
        {sound && !isTooLong && <Hear sound={sound} />}
        <TextField
          label={words.replies.name}
          value={name}
          maxLength={40}
          testid="reply-name"
          onValue={setName}
        />
        <FieldError error={saving.error} />
        <div class="dialog-actions">
          <Button
            kind="primary"
            submit
            busy={saving.isBusy}
            disabled={!sound || isTooLong || name.trim() === ""}
            testid="reply-save"
          >
            {words.replies.save}
          </Button>
          <Button onClick={onClose}>{words.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function RepliesSection() {
  const { api } = useParts();
  const { told, setTold } = useReplies();
  const [isAdding, setAdding] = useState(false);
  const acting = useAction({ speak: true });
  const play = (reply: string, name: string) =>
    acting.run(async () => {
      await api.command("reply.play", { reply });
      toast(words.replies.said(name), "mic");
    });
  const remove = (reply: string) =>
    acting.run(async () => setTold(await api.command("reply.delete", { reply })));
  return (
    <section class="section stack" aria-label={words.replies.section}>
      <h2>{words.replies.section}</h2>
      {told?.fault && <Notice tone="warn" icon="warning" title={told.fault} testid="replies-fault" />}
      <div class="card card-flush rows-block">
        {told?.replies.map(({ reply, name, seconds }) => (
          <div class="rows-row" key={reply} data-testid="reply-row">
            <span class="rows-text">
              <span class="rows-title">{name}</span>
              <span class="rows-note">{words.replies.length(seconds)}</span>
            </span>
            <IconButton icon="play" label={words.replies.play(name)} onClick={() => play(reply, name)} />
            <IconButton icon="trash" label={words.replies.remove(name)} onClick={() => remove(reply)} />
          </div>
        ))}
        <button type="button" class="rows-row" data-testid="reply-add" onClick={() => setAdding(true)}>
          <Icon name="plus" />
          <span class="rows-text">
            <span class="rows-title">{words.replies.add}</span>
            <span class="rows-note">{words.replies.addNote}</span>
          </span>
        </button>
      </div>
      {isAdding && <NewReply onTold={setTold} onClose={() => setAdding(false)} />}
    </section>
  );
}
