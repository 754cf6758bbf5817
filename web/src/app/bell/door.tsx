/** Somebody is at the door: a whole calm sheet, or a bar where the picture is on the screen already; and who was missed. */

import { useEffect, useRef } from "preact/hooks";
import { Button, IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { useValue } from "../../ui/use_value";
import { useCamera, useMe, useParts } from "../context";
import { QuickReplies } from "../replies/quick_replies";
import { go, type Route } from "../router";
import { clockTime } from "../when";
import { words } from "../words";
import type { Ring } from "./bell";

function Heading({ ring, title }: { ring: Ring; title: string }) {
  return (
    <div class="door-text">
      <p class="door-title">{title}</p>
      <p class="door-note">{ring.wasHeard ? words.bell.rangAt(clockTime(ring.atMs)) : words.bell.notHeard}</p>
    </div>
  );
}

function Bar({ ring }: { ring: Ring }) {
  const { bell } = useParts();
  return (
    <div class="door-bar" role="alert" data-testid="door-bar">
      <Icon name="bell" size={26} />
      <Heading ring={ring} title={words.bell.rang} />
      <IconButton
        icon="close"
        label={words.bell.dismiss}
        testid="door-dismiss"
        onClick={() => bell.answer()}
      />
    </div>
  );
}

function Sheet({ ring }: { ring: Ring }) {
  const { bell } = useParts();
  const camera = useCamera();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  const watch = () => {
    bell.answer();
    void go("/");
  };
  return (
    <dialog
      ref={ref}
      class="door"
      aria-label={words.bell.atDoor}
      data-testid="door"
      onCancel={(event) => {
        event.preventDefault();
        bell.answer();
      }}
    >
      <div class="door-body">
        <div class="door-head">
          <span class="door-bell" aria-hidden="true">
            <Icon name="bell" size={44} />
          </span>
          <Heading ring={ring} title={words.bell.atDoor} />
          <p class="door-camera">{camera?.name}</p>
        </div>
        <QuickReplies />
        <div class="door-actions">
          <Button kind="primary" icon="eye" wide testid="door-watch" onClick={watch}>
            {words.bell.watch}
          </Button>
          <Button kind="quiet" wide testid="door-dismiss" onClick={() => bell.answer()}>
            {words.bell.dismiss}
          </Button>
        </div>
      </div>
    </dialog>
  );
}

function Missed({ ring }: { ring: Ring }) {
  const { bell } = useParts();
  return (
    <div class="banner banner-calm" role="status" data-testid="door-missed">
      <Icon name="bell" size={20} />
      <span>{words.bell.missed(clockTime(ring.atMs))}</span>
      <Button kind="quiet" testid="door-missed-seen" onClick={() => bell.answer()}>
        {words.bell.seen}
      </Button>
    </div>
  );
}

function Left({ ring }: { ring: Ring }) {
  const { bell, library } = useParts();
  const look = () => {
    bell.answer();
    library.refresh();
    void go("/clips");
  };
  return (
    <div class="banner banner-calm" role="status" data-testid="door-left">
      <Icon name="mic" size={20} />
      <span>{words.bell.left(clockTime(ring.atMs))}</span>
      <Button kind="quiet" testid="door-left-look" onClick={look}>
        {words.bell.toClips}
      </Button>
      <IconButton
        icon="close"
        label={words.bell.dismiss}
        testid="door-left-seen"
        onClick={() => bell.answer()}
      />
    </div>
  );
}

export function Door({ route }: { route: Route }) {
  const ring = useValue(useParts().bell.ring);
  const isOwner = useMe()?.role === "owner";
  if (!ring) return null;
  if (ring.state === "missed") return <Missed ring={ring} />;
  if (ring.state === "left") return isOwner ? <Left ring={ring} /> : <Missed ring={ring} />;
  return route.name === "live" ? <Bar ring={ring} /> : <Sheet ring={ring} key={ring.atMs} />;
}
