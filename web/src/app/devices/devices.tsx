/** Who may look: paired devices, adding and removing them, and the browsers signed in now. */

import { useEffect, useState } from "preact/hooks";
import type { PairedDevice } from "../../core/messages";
import { Button } from "../../ui/button";
import { ask } from "../../ui/dialog";
import { Icon } from "../../ui/icon";
import { Notice, Tag, Waiting } from "../../ui/parts";
import { toast } from "../../ui/toast";
import { useValue } from "../../ui/use_value";
import { useMe, useParts } from "../context";
import { Screen } from "../screen";
import { sentenceOf } from "../sentences";
import { useAction } from "../use_action";
import { shortDate } from "../when";
import { words } from "../words";
import { LostDialog } from "./lost_dialog";
import { PairDialog } from "./pair_dialog";
import { Sessions } from "./sessions";

type Listed =
  | { readonly kind: "loading" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "ready"; readonly devices: readonly PairedDevice[] };

/** Read again after every event that is about devices, so that a pairing shows at once. */
function useDevices() {
  const { api, home } = useParts();
  const [listed, setListed] = useState<Listed>({ kind: "loading" });
  const event = useValue(home.event);
  const [round, setRound] = useState(0);
  const changed = event?.kind === "devices.changed" ? event : null;
  useEffect(() => {
    let isWanted = true;
    api.command("device.list", {}).then(
      ({ devices }) => isWanted && setListed({ kind: "ready", devices }),
      (error: unknown) => isWanted && setListed({ kind: "failed", error }),
    );
    return () => {
      isWanted = false;
    };
  }, [api, changed, round]);
  return { listed, reload: () => setRound((count) => count + 1) };
}

interface DeviceRowProps {
  device: PairedDevice;
  isThis: boolean;
  isLastOwner: boolean;
  onRemoved: () => void;
}

function DeviceRow({ device, isThis, isLastOwner, onRemoved }: DeviceRowProps) {
  const { api, home } = useParts();
  const removing = useAction({ speak: true });
  const remove = async () => {
    if (isLastOwner) return toast(words.devices.last, "info");
    const body = isThis ? words.devices.removeSelfText : words.devices.removeText;
    const title = words.devices.removeTitle(device.name);
    if (
      !(await ask({
        title,
        body,
        action: words.devices.removeYes,
        cancel: words.common.cancel,
        danger: true,
      }))
    )
      return;
    const isGone = await removing.run(async () => {
      await api.command("device.revoke", { device: device.device });
    });
    if (!isGone) return;
    if (isThis) return home.removed();
    toast(words.devices.removed(device.name));
    onRemoved();
  };
  return (
    <li class="rows-row" data-testid={`device-${device.device}`}>
      <Icon name="devices" />
      <div class="rows-text">
        <span class="rows-title">
          {device.name} {isThis && <Tag tone="accent">{words.common.you}</Tag>}
        </span>
        <span class="rows-note">
          {words.devices.roles[device.role]} · {words.devices.paired(shortDate(device.paired_at_ms))}
        </span>
      </div>
      <button
        type="button"
        class="button button-plain button-bad"
        aria-label={words.devices.removeOf(device.name)}
        aria-busy={removing.isBusy}
        disabled={removing.isBusy}
        data-testid="device-remove"
        onClick={remove}
      >
        {words.devices.remove}
      </button>
    </li>
  );
}

function DeviceList({ devices, onRemoved }: { devices: readonly PairedDevice[]; onRemoved: () => void }) {
  const me = useMe();
  const owners = devices.filter((device) => device.role === "owner").length;
  const ordered = [...devices].sort(
    (a, b) => Number(b.device === me?.device) - Number(a.device === me?.device),
  );
  return (
    <ul class="card card-flush rows" data-testid="device-list">
      {ordered.map((device) => (
        <DeviceRow
          key={device.device}
          device={device}
          isThis={device.device === me?.device}
          isLastOwner={device.role === "owner" && owners === 1}
          onRemoved={onRemoved}
        />
      ))}
    </ul>
  );
}

export function Devices() {
  const { listed, reload } = useDevices();
  const [isPairing, setPairing] = useState(false);
  const [lostAmong, setLostAmong] = useState<readonly PairedDevice[] | null>(null);
  const count = listed.kind === "ready" ? listed.devices.length : 0;
  return (
    <Screen title={words.devices.title} lead={words.devices.lead} testid="devices">
      {listed.kind === "loading" && <Waiting text={words.common.loading} />}
      {listed.kind === "failed" && (
        <Notice tone="bad" icon="warning" title={sentenceOf(listed.error)}>
          <div>
            <Button icon="redo" onClick={reload}>
              {words.common.tryAgain}
            </Button>
          </div>
        </Notice>
      )}
      {listed.kind === "ready" && (
        <div class="stack">
          <DeviceList devices={listed.devices} onRemoved={reload} />
          <Button kind="primary" icon="plus" wide testid="pair-another" onClick={() => setPairing(true)}>
            {words.devices.pair}
          </Button>
          <Button
            kind="quiet"
            icon="warning"
            wide
            testid="device-lost"
            onClick={() => setLostAmong(listed.devices)}
          >
            {words.lost.open}
          </Button>
          <Sessions />
        </div>
      )}
      {lostAmong && <LostDialog devices={lostAmong} onChanged={reload} onClose={() => setLostAmong(null)} />}
      {isPairing && <PairDialog deviceCount={count} onClose={() => setPairing(false)} />}
    </Screen>
  );
}
