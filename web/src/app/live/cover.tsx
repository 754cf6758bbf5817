/** What stands over the live picture while there is none: why, and what to do. */

import type { ComponentChildren } from "preact";
import type { LiveState } from "../../core/live";
import type { CameraState } from "../../core/messages";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { Link } from "../link";
import { words } from "../words";

export type CoverKind =
  | "none"
  | "connecting"
  | "away"
  | "off"
  | "dark"
  | "no_stoop"
  | "no_source"
  | "moved"
  | "checking"
  | "lost"
  | "forbidden";

/** Pure: the camera's own state goes before what the connection says. */
export function coverOf(
  camera: CameraState | null,
  isConnected: boolean,
  live: LiveState,
  hasPicture: boolean,
): CoverKind {
  if (camera && !camera.is_watching) return "off";
  if (camera && !camera.mask) return "no_stoop";
  if (camera?.is_dark) return "dark";
  if (!isConnected || live.kind === "camera_away") return "away";
  if (camera && !camera.is_delivering) return "no_source";
  if (camera?.view === "moved" || camera?.view === "checking") return camera.view;
  if (live.kind === "ended")
    return live.why === "forbidden" || live.why === "unknown_device" ? "forbidden" : "lost";
  return live.kind === "live" && hasPicture ? "none" : "connecting";
}

function Message({
  icon,
  title,
  text,
  children,
}: {
  icon: IconName;
  title: string;
  text: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="cover-text">
      <Icon name={icon} size={36} />
      <p class="cover-title">{title}</p>
      <p class="small">{text}</p>
      {children}
    </div>
  );
}

interface CoverProps {
  kind: CoverKind;
  isOwner: boolean;
  isSwitching: boolean;
  onAgain: () => void;
  onSwitchOn: () => void;
}

function textOfView(view: "moved" | "checking", isOwner: boolean): string {
  if (view === "checking") return words.live.checkingText;
  return isOwner ? words.live.movedText : words.live.movedViewer;
}

function inside({ kind, isOwner, isSwitching, onAgain, onSwitchOn }: CoverProps) {
  switch (kind) {
    case "none":
      return null;
    case "connecting":
      return (
        <div class="cover-text">
          <span class="spinner spinner-big" aria-hidden="true" />
          <p>{words.live.connecting}</p>
        </div>
      );
    case "away":
      return <Message icon="away" title={words.live.away} text={words.live.awayText} />;
    case "no_source":
      return <Message icon="away" title={words.live.noSource} text={words.live.noSourceText} />;
    case "forbidden":
      return <Message icon="lock" title={words.live.lost} text={words.live.needSession} />;
    case "off":
      return (
        <Message icon="power" title={words.live.off} text={words.live.offText}>
          {isOwner && (
            <Button kind="primary" busy={isSwitching} testid="live-switch-on" onClick={onSwitchOn}>
              {words.live.offAction}
            </Button>
          )}
        </Message>
      );
    case "dark":
      return <Message icon="bell" title={words.live.dark} text={words.live.darkText} />;
    case "no_stoop":
      return (
        <Message
          icon="draw"
          title={words.live.noStoop}
          text={isOwner ? words.live.noStoopText : words.live.noStoopViewer}
        >
          {isOwner && (
            <Link to="/draw" class="button button-primary" testid="live-draw">
              {words.live.noStoopAction}
            </Link>
          )}
        </Message>
      );
    case "moved":
    case "checking":
      return (
        <Message
          icon={kind === "moved" ? "warning" : "eyeOff"}
          title={kind === "moved" ? words.live.moved : words.live.checking}
          text={textOfView(kind, isOwner)}
        >
          {isOwner && (
            <Link to="/draw" class="button button-primary" testid="live-redraw">
              {words.live.movedAction}
            </Link>
          )}
        </Message>
      );
    case "lost":
      return (
        <Message icon="warning" title={words.live.lost} text={words.live.lostText}>
          <Button kind="primary" icon="redo" testid="live-again" onClick={onAgain}>
            {words.live.resume}
          </Button>
        </Message>
      );
  }
}

export function Cover(props: CoverProps) {
  return (
    <div role="status" data-testid="live-cover" data-cover={props.kind}>
      {props.kind !== "none" && <div class="cover">{inside(props)}</div>}
    </div>
  );
}
