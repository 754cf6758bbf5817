/** The bell: try it, how loud it is in the house and when it is quiet; and what this device does when it rings. */

import { useEffect, useState } from "preact/hooks";
import type { BellReply, QuietHours } from "../../core/messages";
import { Button } from "../../ui/button";
import { SwitchRow } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { Notice } from "../../ui/parts";
import { toast } from "../../ui/toast";
import { useValue } from "../../ui/use_value";
import { isLoud } from "../bell/bell_world";
import { useMe, useParts } from "../context";
import { sentenceOf } from "../sentences";
import { useAction } from "../use_action";
import { words } from "../words";
import { clockOf, minuteOf } from "./minutes";

const NIGHT = { from_minute: 22 * 60, to_minute: 7 * 60 } as const;

function useBellSettings() {
  const { api, home } = useParts();
  const [bell, setBell] = useState<BellReply | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const event = useValue(home.event);
  const changed = event?.kind === "settings.changed" ? event : null;
  useEffect(() => {
    let isWanted = true;
    api.command("bell.get", {}).then(
      (found) => isWanted && setBell(found),
      (error: unknown) => isWanted && setFailure(error),
    );
    return () => {
      isWanted = false;
    };
  }, [api, changed]);
  const change = async (part: { volume?: number; quiet?: QuietHours | null }) =>
    setBell(await api.command("bell.set", part));
  return { bell, failure, change };
}

function TryBell() {
  const { api } = useParts();
  const trying = useAction({ speak: true });
  const ring = () =>
    trying.run(async () => {
      await api.command("bell.test", {});
      toast(words.bell.tried, "bell");
    });
  return (
    <div class="rows-row">
      <Icon name="bell" />
      <span class="rows-text">
        <span class="rows-title">{words.bell.tryTitle}</span>
        <span class="rows-note">{words.bell.tryNote}</span>
      </span>
      <Button busy={trying.isBusy} testid="bell-try" onClick={ring}>
        {words.bell.tryAction}
      </Button>
    </div>
  );
}

function Volume({ volume, onChange }: { volume: number; onChange: (volume: number) => void }) {
  return (
    <div class="rows-row bell-volume">
      <label class="rows-text" for="bell-volume">
        <span class="rows-title">{words.bell.volume}</span>
        <span class="rows-note">{volume === 0 ? words.bell.volumeOff : words.bell.volumeNote}</span>
      </label>
      <input
        id="bell-volume"
        type="range"
        min="0"
        max="1"
        step="0.1"
        value={volume}
        data-testid="bell-volume"
        onChange={(event) => onChange(Number(event.currentTarget.value))}
      />
    </div>
  );
}

function Quiet({
  quiet,
  busy,
  onChange,
}: {
  quiet: QuietHours | null;
  busy: boolean;
  onChange: (quiet: QuietHours | null) => void;
}) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const time = (which: "from_minute" | "to_minute", label: string) => (
    <label class="bell-time">
      {label}
      <input
        type="time"
        class="input"
        value={clockOf(quiet?.[which] ?? 0)}
        data-testid={`bell-${which}`}
        onChange={(event) => {
          const minute = minuteOf(event.currentTarget.value);
          if (quiet && minute !== null) onChange({ ...quiet, zone, [which]: minute });
        }}
      />
    </label>
  );
  return (
    <>
      <SwitchRow
        title={words.bell.quiet}
        note={quiet ? words.bell.quietOn : words.bell.quietOff}
        checked={quiet !== null}
        busy={busy}
        testid="switch-quiet"
        onChange={(isOn) => onChange(isOn ? { ...NIGHT, zone } : null)}
      />
      {quiet && (
        <div class="rows-row bell-times">
          {time("from_minute", words.bell.quietFrom)}
          {time("to_minute", words.bell.quietTo)}
        </div>
      )}
    </>
  );
}

function OwnerRows() {
  const { bell, failure, change } = useBellSettings();
  const changing = useAction({ speak: true });
  if (failure) return <Notice tone="bad" icon="warning" title={sentenceOf(failure)} />;
  if (!bell) return <div class="skeleton skeleton-rows" role="status" aria-label={words.common.loading} />;
  return (
    <>
      {bell.fault && <Notice tone="bad" icon="warning" title={bell.fault} testid="bell-fault" />}
      <div class="card card-flush rows-block">
        <TryBell />
        <Volume volume={bell.volume} onChange={(volume) => changing.run(() => change({ volume }))} />
        <Quiet
          quiet={bell.quiet}
          busy={changing.isBusy}
          onChange={(quiet) => changing.run(() => change({ quiet }))}
        />
      </div>
    </>
  );
}

function Notices() {
  const [permission, setPermission] = useState(() =>
    typeof Notification === "undefined" ? "missing" : Notification.permission,
  );
  const note = words.bell.notices[permission as keyof typeof words.bell.notices];
  const allow = async () => setPermission(await Notification.requestPermission());
  return (
    <div class="rows-row">
      <span class="rows-text">
        <span class="rows-title">{words.bell.noticesTitle}</span>
        <span class="rows-note">{note}</span>
      </span>
      {permission === "default" && (
        <Button testid="bell-allow" onClick={allow}>
          {words.bell.noticesAllow}
        </Button>
      )}
    </div>
  );
}

function ThisDevice() {
  const loud = useValue(isLoud);
  return (
    <div class="card card-flush rows-block">
      <SwitchRow
        title={words.bell.here}
        note={loud ? words.bell.hereOn : words.bell.hereOff}
        checked={loud}
        testid="switch-bell-here"
        onChange={(is) => isLoud.set(is)}
      />
      <Notices />
    </div>
  );
}

export function BellSection() {
  const isOwner = useMe()?.role === "owner";
  return (
    <section class="section stack" aria-label={words.bell.section}>
      <h2>{words.bell.section}</h2>
      {isOwner && <OwnerRows />}
      <ThisDevice />
    </section>
  );
}
