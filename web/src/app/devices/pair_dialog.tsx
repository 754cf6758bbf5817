/** Inviting another device: which role, then a link and a code that work once and for ten minutes. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Role } from "../../core/messages";
import { type Invite, invite } from "../../core/pairing";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { FieldError } from "../../ui/field";
import { Notice } from "../../ui/parts";
import { QrCode } from "../../ui/qr_code";
import { toast } from "../../ui/toast";
import { useValue } from "../../ui/use_value";
import { useParts } from "../context";
import { useAction } from "../use_action";
import { playTime } from "../when";
import { words } from "../words";

const ROLES: readonly Role[] = ["owner", "viewer"];

function useSecondsLeft(expires_s: number): number {
  const [left, setLeft] = useState(expires_s);
  const end_ms = useRef(performance.now() + expires_s * 1000);
  useEffect(() => {
    const timer = setInterval(() => setLeft(Math.max(0, (end_ms.current - performance.now()) / 1000)), 500);
    return () => clearInterval(timer);
  }, []);
  return left;
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(words.common.copied);
  } catch {
    toast(words.common.copyFailed, "warning");
  }
}

function share(link: string): void {
  void navigator
    .share({ title: words.product, text: words.devices.linkShare, url: link })
    .catch(() => undefined);
}

function InviteShown({ made, onAnother }: { made: Invite; onAnother: () => void }) {
  const left_s = useSecondsLeft(made.expiresS);
  if (left_s <= 0) {
    return (
      <>
        <Notice tone="warn" icon="info" title={words.devices.expired} />
        <Button kind="primary" wide onClick={onAnother}>
          {words.devices.another}
        </Button>
      </>
    );
  }
  return (
    <>
      <p class="soft">{words.devices.linkText}</p>
      <QrCode text={made.link} label={words.devices.qr} />
      <p class="pair-left figures" data-testid="pair-left">
        {words.devices.leftFor(playTime(left_s))}
      </p>
      <input
        class="input pair-link key"
        readOnly
        value={made.link}
        aria-label={words.devices.linkLabel}
        data-testid="pair-link"
        onFocus={(event) => event.currentTarget.select()}
      />
      <div class="row">
        <Button icon="copy" kind="primary" testid="pair-copy" onClick={() => copy(made.link)}>
          {words.common.copy}
        </Button>
        {"share" in navigator && (
          <Button icon="share" onClick={() => share(made.link)}>
            {words.common.share}
          </Button>
        )}
      </div>
      <p class="soft small">{words.devices.linkPrivate}</p>
    </>
  );
}

function RoleChoice({ role, onRole }: { role: Role; onRole: (role: Role) => void }) {
  return (
    <fieldset class="stack">
      <legend class="soft pair-legend">{words.devices.pairText}</legend>
      {ROLES.map((each) => (
        <label class="choice-card" key={each}>
          <input
            type="radio"
            name="role"
            value={each}
            checked={role === each}
            data-testid={`pair-role-${each}`}
            onChange={() => onRole(each)}
          />
          <span>
            <span class="rows-title">{words.devices.roles[each]}</span>
            <span class="rows-note">{words.devices.roleText[each]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

export function PairDialog({ deviceCount, onClose }: { deviceCount: number; onClose: () => void }) {
  const { api, keys, home } = useParts();
  const identity = useValue(home.identity);
  const [role, setRole] = useState<Role>("viewer");
  const [made, setMade] = useState<Invite | null>(null);
  const making = useAction();
  const countAtStart = useRef(deviceCount);
  const isOutOfDate = useValue(home.lacksKey);
  const lacksKey = role === "owner" && (!identity || isOutOfDate === true);
  useEffect(() => {
    if (!made || deviceCount <= countAtStart.current) return;
    toast(words.devices.usedUp);
    onClose();
  }, [made, deviceCount, onClose]);
  const make = () =>
    making.run(async () => {
      setMade(await invite(api, keys, location.origin, role));
    });
  return (
    <Dialog
      title={made ? words.devices.linkTitle : words.devices.pairTitle}
      onClose={onClose}
      testid="pair-dialog"
    >
      {made ? (
        <InviteShown key={made.link} made={made} onAnother={make} />
      ) : (
        <>
          <RoleChoice role={role} onRole={setRole} />
          {lacksKey && <Notice tone="warn" icon="key" title={words.devices.ownerKeyMissing} />}
          <FieldError error={making.error} />
          <Button
            kind="primary"
            wide
            busy={making.isBusy}
            disabled={lacksKey}
            testid="pair-make"
            onClick={make}
          >
            {words.devices.makeLink}
          </Button>
        </>
      )}
      <Button kind="plain" wide testid="pair-close" onClick={onClose}>
        {made ? words.common.done : words.common.cancel}
      </Button>
    </Dialog>
  );
}
