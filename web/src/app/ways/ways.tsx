/** What may leave this house: every way out with its address and how it is; opened, tried and closed here. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { HoleKind, OpenHole, WaysTold } from "../../core/messages";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { Notice, Tag } from "../../ui/parts";
import { toast } from "../../ui/toast";
import { useParts } from "../context";
import { Screen } from "../screen";
import { sentenceOf } from "../sentences";
import { useAction } from "../use_action";
import { clockTime } from "../when";
import { words } from "../words";
import { PushWay } from "./push_way";
import { WayDialog } from "./way_dialog";
import { wayLines } from "./way_lines";

const LOOK_MS = 4000;
const ICONS: Record<HoleKind, IconName> = {
  mirror: "copy",
  mqtt: "bell",
  ntfy: "devices",
  push: "devices",
  webhook: "share",
};
const TESTS: Record<HoleKind, string> = {
  mirror: words.ways.testMirror,
  mqtt: words.ways.testMqtt,
  ntfy: words.ways.test,
  push: words.ways.test,
  webhook: words.ways.test,
};

/** What is open, looked at again and again while the page is seen. */
function useWays() {
  const { api } = useParts();
  const [told, setTold] = useState<WaysTold | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const newest = useRef(0);
  const take = useCallback((found: WaysTold) => {
    newest.current += 1;
    setTold(found);
    setFailure(null);
  }, []);
  const look = useCallback(async () => {
    const before = newest.current;
    const isNew = () => newest.current === before; // an answer from before a change would undo it here
    try {
      const found = await api.command("holes.get", {});
      if (isNew()) take(found);
    } catch (error) {
      if (isNew()) setFailure(error);
    }
  }, [api, take]);
  useEffect(() => {
    void look();
    const timer = setInterval(() => document.visibilityState === "visible" && void look(), LOOK_MS);
    return () => clearInterval(timer);
  }, [look]);
  return { told, failure, take };
}

interface WayProps {
  kind: HoleKind;
  hole: OpenHole | null;
  onTold: (told: WaysTold) => void;
}

function OpenWay({
  hole,
  onTold,
  onChange,
}: {
  hole: OpenHole;
  onTold: WayProps["onTold"];
  onChange: () => void;
}) {
  const { api } = useParts();
  const acting = useAction({ speak: true });
  const lines = wayLines(hole, (atMs) => clockTime(atMs));
  const test = () =>
    acting.run(async () => {
      onTold(await api.command("holes.test", { kind: hole.kind }));
      toast(words.ways.tested, ICONS[hole.kind]);
    });
  const close = () =>
    acting.run(async () => {
      onTold(await api.command("holes.close", { kind: hole.kind }));
      toast(words.ways.closed, "check");
    });
  return (
    <>
      <p class="ways-place" data-testid={`way-place-${hole.kind}`}>
        <code>{hole.place}</code>
        {hole.is_off_lan && (
          <Tag tone="bad" icon="warning">
            {words.ways.outside}
          </Tag>
        )}
      </p>
      <div role="status" class="stack-tight" data-testid={`way-state-${hole.kind}`}>
        <p class={`ways-state ways-${lines.tone}`}>
          <Icon
            name={lines.tone === "good" ? "check" : lines.tone === "bad" ? "warning" : "info"}
            size={20}
          />
          <span>{lines.state}</span>
        </p>
        {lines.more.map((line) => (
          <p key={line} class="soft small ways-more">
            {line}
          </p>
        ))}
      </div>
      <div class="ways-actions">
        <Button busy={acting.isBusy} testid={`way-test-${hole.kind}`} onClick={test}>
          {TESTS[hole.kind]}
        </Button>
        {hole.kind !== "push" && (
          <Button disabled={acting.isBusy} testid={`way-change-${hole.kind}`} onClick={onChange}>
            {words.ways.change}
          </Button>
        )}
        <Button
          kind="danger-quiet"
          disabled={acting.isBusy}
          testid={`way-close-${hole.kind}`}
          onClick={close}
        >
          {words.ways.closeIt}
        </Button>
      </div>
    </>
  );
}

function Way({ kind, hole, onTold }: WayProps) {
  const [isEditing, setEditing] = useState(false);
  const { title, text } = words.ways.kinds[kind];
  return (
    <section class="card stack" aria-label={title} data-testid={`way-${kind}`}>
      <h2 class="ways-title">
        <Icon name={ICONS[kind]} />
        <span>{title}</span>
      </h2>
      <p class="soft">{text}</p>
      {hole && <OpenWay hole={hole} onTold={onTold} onChange={() => setEditing(true)} />}
      {kind === "push" && <PushWay hole={hole} onTold={onTold} />}
      {!hole && kind !== "push" && (
        <div>
          <Button icon="plus" testid={`way-set-up-${kind}`} onClick={() => setEditing(true)}>
            {words.ways.setUp}
          </Button>
        </div>
      )}
      {isEditing && kind !== "push" && (
        <WayDialog kind={kind} hole={hole} onTold={onTold} onClose={() => setEditing(false)} />
      )}
    </section>
  );
}

function Quiet({ told, onTold }: { told: WaysTold; onTold: (told: WaysTold) => void }) {
  const { api } = useParts();
  const acting = useAction({ speak: true });
  const snooze = (minutes: number) =>
    acting.run(async () => onTold(await api.command("holes.snooze", { minutes })));
  const until = clockTime(Date.now() + told.snooze_left_s * 1000);
  return (
    <section class="card stack" aria-label={words.ways.quiet} data-testid="way-quiet">
      <h2 class="ways-title">{words.ways.quiet}</h2>
      <p class="soft" role="status">
        {told.snooze_left_s > 0 ? words.ways.quietUntil(until) : words.ways.quietText}
      </p>
      <div class="ways-actions">
        {told.snooze_left_s > 0 ? (
          <Button busy={acting.isBusy} testid="way-quiet-end" onClick={() => snooze(0)}>
            {words.ways.quietEnd}
          </Button>
        ) : (
          ([30, 120, 480] as const).map((minutes) => (
            <Button
              key={minutes}
              disabled={acting.isBusy}
              testid={`way-quiet-${minutes}`}
              onClick={() => snooze(minutes)}
            >
              {words.ways.quietFor[minutes]}
            </Button>
          ))
        )}
      </div>
    </section>
  );
}

function Summary({ count }: { count: number }) {
  if (count === 0)
    return (
      <Notice tone="good" icon="lock" title={words.ways.none} testid="ways-none">
        <p>{words.ways.noneText}</p>
      </Notice>
    );
  return (
    <Notice tone="plain" icon="share" title={words.ways.some(count)} testid="ways-some">
      <p>{words.ways.someText}</p>
    </Notice>
  );
}

export function WaysScreen() {
  const { told, failure, take } = useWays();
  const hasNotices = told?.holes.some((hole) => ["ntfy", "webhook", "push"].includes(hole.kind)) ?? false;
  return (
    <Screen title={words.ways.title} lead={words.ways.lead} back="/settings" testid="ways">
      <div class="stack">
        {failure !== null && !told && <Notice tone="bad" icon="warning" title={sentenceOf(failure)} />}
        {failure === null && !told && (
          <div class="skeleton skeleton-rows" role="status" aria-label={words.common.loading} />
        )}
        {told && (
          <>
            <Summary count={told.holes.length} />
            {words.ways.order.map((kind) => (
              <Way
                key={kind}
                kind={kind}
                hole={told.holes.find((hole) => hole.kind === kind) ?? null}
                onTold={take}
              />
            ))}
            {hasNotices && <Quiet told={told} onTold={take} />}
          </>
        )}
      </div>
    </Screen>
  );
}
