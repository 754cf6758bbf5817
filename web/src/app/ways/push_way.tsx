/** Notices in this browser (Web Push): says what is learnt and by whom, then switches this device on or off. */

import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../../core/errors";
import type { NoticeKind, OpenHole, WaysTold } from "../../core/messages";
import { Button } from "../../ui/button";
import { ask, Dialog } from "../../ui/dialog";
import { FieldError } from "../../ui/field";
import { Notice } from "../../ui/parts";
import { toast } from "../../ui/toast";
import { useMe, useParts } from "../context";
import { useAction } from "../use_action";
import { words } from "../words";
import { NoPushError, noPush, permit, subscribe, unsubscribe } from "./push_browser";
import { joinPush } from "./push_join";
import { Notices } from "./way_dialog";

const say = words.ways.push;

function explain(error: unknown): string | null {
  if (error instanceof NoPushError) return say.why[error.why];
  if (error instanceof ApiError && ["bad_request", "conflict"].includes(error.code))
    return error.message.charAt(0).toUpperCase() + error.message.slice(1);
  return null;
}

interface PushDialogProps {
  hole: OpenHole | null;
  onTold: (told: WaysTold) => void;
  onUnsure: (isUnsure: boolean) => void;
  onClose: () => void;
}

/** Two questions: what it should tell, with what is learnt; then whether it is meant, as it is out of the house. */
function PushDialog({ hole, onTold, onUnsure, onClose }: PushDialogProps) {
  const { api } = useParts();
  const [notices, setNotices] = useState<readonly NoticeKind[]>(hole?.notices ?? ["ring", "offline"]);
  const [cooldownS, setCooldown] = useState(hole?.cooldown_s ?? 60);
  const saving = useAction({ explain });
  const isEmpty = notices.length === 0;
  const save = async (event: Event) => {
    event.preventDefault();
    if (isEmpty) return;
    const yes = await ask({
      title: words.ways.outsideTitle,
      body: say.sure,
      action: words.ways.outsideYes,
      cancel: words.common.cancel,
      danger: true,
    });
    if (!yes) return;
    const isDone = await saving.run(async () => {
      await permit();
      const { public_key } = await api.command("push.key", {});
      const made = await subscribe(public_key, hole?.report?.word === "failing");
      await joinPush(api, { ...made, notices, cooldown_s: cooldownS }, onTold, onUnsure);
    });
    if (!isDone) return;
    toast(say.on, "check");
    onClose();
  };
  return (
    <Dialog title={say.title} onClose={onClose} testid="push-dialog">
      <form class="stack" onSubmit={save} noValidate>
        <p>{say.learns}</p>
        <ul class="ways-learns">
          {say.learnt.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <p class="soft">{say.not}</p>
        <Notices
          notices={notices}
          cooldownS={cooldownS}
          error={isEmpty ? words.ways.flaws.notices : null}
          onNotices={setNotices}
          onCooldown={setCooldown}
        />
        {(hole?.phones?.length ?? 0) > 1 && <p class="soft small">{say.forAll}</p>}
        <FieldError error={saving.error} />
        <div class="dialog-actions">
          <Button kind="primary" submit busy={saving.isBusy} testid="push-open">
            {say.switchOnHere}
          </Button>
          <Button onClick={onClose}>{words.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What stands below the open way's lines: which devices take part, and this one's switch. */
function ThisDevice({
  isOn,
  onOn,
  onTold,
}: {
  isOn: boolean;
  onOn: () => void;
  onTold: PushDialogProps["onTold"];
}) {
  const { api } = useParts();
  const me = useMe();
  const acting = useAction({ speak: true });
  const leave = () =>
    acting.run(async () => {
      if (!me) return;
      onTold(await api.command("push.leave", { device: me.device }));
      await unsubscribe();
      toast(say.off, "check");
    });
  const why = isOn ? null : noPush();
  if (why)
    return (
      <Notice tone="plain" icon="info" title={say.notHere} testid="push-not-here">
        {say.why[why]}
      </Notice>
    );
  return (
    <div class="ways-actions">
      {isOn ? (
        <>
          <Button disabled={acting.isBusy} testid="push-change" onClick={onOn}>
            {words.ways.change}
          </Button>
          <Button busy={acting.isBusy} testid="push-leave" onClick={leave}>
            {say.switchOff}
          </Button>
        </>
      ) : (
        <Button icon="plus" testid="push-join" onClick={onOn}>
          {say.switchOn}
        </Button>
      )}
    </div>
  );
}

/** The card's lower part, for an open hole and for none. */
export function PushWay({ hole, onTold }: { hole: OpenHole | null; onTold: (told: WaysTold) => void }) {
  const [isAsking, setAsking] = useState(false);
  const [isUnsure, setUnsure] = useState(false); // at the latest until the page is opened anew, which asks first
  const me = useMe();
  const isOn = Boolean(me && hole?.phones?.includes(me.device));
  useEffect(() => {
    if (isOn) setUnsure(false);
    else if (me && !isAsking && !isUnsure) void unsubscribe(); // closed from another device: nothing is taken here any more
  }, [me, isOn, isAsking, isUnsure]);
  const count = hole?.phones?.length ?? 0;
  return (
    <>
      {hole && (
        <p class="soft small ways-more" data-testid="push-count">
          {say.count(count, isOn)}
        </p>
      )}
      <ThisDevice isOn={isOn} onOn={() => setAsking(true)} onTold={onTold} />
      {isAsking && (
        <PushDialog hole={hole} onTold={onTold} onUnsure={setUnsure} onClose={() => setAsking(false)} />
      )}
    </>
  );
}
