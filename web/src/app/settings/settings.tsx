/** What an owner can change, and what this camera can never do. A live-only device sees its own part. */

import { Choices } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { useValue } from "../../ui/use_value";
import { useCamera, useMe, useParts } from "../context";
import { KeepingRow } from "../keeping/keeping_row";
import { Link } from "../link";
import { ProofRow } from "../proof/proof_row";
import { RepliesSection } from "../replies/replies_section";
import { Screen } from "../screen";
import { type Theme, theme } from "../theme";
import { UpdateRow } from "../update/update";
import { useAction } from "../use_action";
import { size } from "../when";
import { words } from "../words";
import { BellSection } from "./bell_section";
import { CameraSection } from "./camera_section";
import { KeySection } from "./key_section";

const THEMES: readonly { readonly value: Theme; readonly label: string }[] = [
  { value: "system", label: words.settings.themes.system },
  { value: "light", label: words.settings.themes.light },
  { value: "dark", label: words.settings.themes.dark },
];

function Look() {
  const chosen = useValue(theme);
  return (
    <section class="section">
      <h2>{words.settings.look}</h2>
      <Choices
        legend={words.settings.theme}
        value={chosen}
        options={THEMES}
        testid="theme"
        onChange={(next) => theme.set(next)}
      />
    </section>
  );
}

function About() {
  const camera = useCamera();
  return (
    <section class="section" data-testid="about">
      <h2>{words.settings.about}</h2>
      <div class="card stack">
        <dl class="facts about-facts">
          <div>
            <dt>{words.settings.version}</dt>
            <dd>{camera?.version}</dd>
          </div>
          <div>
            <dt>{words.settings.storage}</dt>
            <dd>{size(camera?.clips_bytes ?? 0)}</dd>
          </div>
        </dl>
        <h3>{words.settings.cannot}</h3>
        <ul class="stack-tight cannot">
          {words.settings.cannotList.map((line) => (
            <li key={line}>
              <Icon name="lock" size={18} />
              <span>{line}</span>
            </li>
          ))}
        </ul>
        <p class="soft small">{words.settings.cannotNote}</p>
      </div>
    </section>
  );
}

function SignRow() {
  return (
    <section class="section card card-flush rows">
      <Link to="/sign" class="rows-row" testid="settings-sign">
        <Icon name="print" />
        <span class="rows-text">
          <span class="rows-title">{words.sign.row}</span>
          <span class="rows-note">{words.sign.rowNote}</span>
        </span>
        <Icon name="right" size={20} />
      </Link>
      <KeepingRow />
      <Link to="/rights" class="rows-row" testid="settings-rights">
        <Icon name="person" />
        <span class="rows-text">
          <span class="rows-title">{words.rights.title}</span>
          <span class="rows-note">{words.rights.rowNote}</span>
        </span>
        <Icon name="right" size={20} />
      </Link>
    </section>
  );
}

function WaysRow() {
  return (
    <section class="section card card-flush rows">
      <Link to="/ways-out" class="rows-row" testid="settings-ways">
        <Icon name="share" />
        <span class="rows-text">
          <span class="rows-title">{words.ways.title}</span>
          <span class="rows-note">{words.ways.rowNote}</span>
        </span>
        <Icon name="right" size={20} />
      </Link>
    </section>
  );
}

function SignOut() {
  const { home } = useParts();
  const leaving = useAction({ speak: true });
  return (
    <section class="section card card-flush rows">
      <button
        type="button"
        class="rows-row"
        disabled={leaving.isBusy}
        data-testid="sign-out"
        onClick={() => leaving.run(() => home.signOut())}
      >
        <Icon name="logout" />
        <span class="rows-text">
          <span class="rows-title">{words.settings.logOut}</span>
          <span class="rows-note">{words.settings.logOutNote}</span>
        </span>
      </button>
    </section>
  );
}

export function SettingsScreen() {
  const isOwner = useMe()?.role === "owner";
  return (
    <Screen
      title={words.settings.title}
      testid="settings"
      {...(isOwner ? {} : { lead: words.settings.viewerNote })}
    >
      {isOwner && <CameraSection />}
      <BellSection />
      {isOwner && <RepliesSection />}
      {isOwner && <KeySection />}
      <Look />
      {isOwner && <WaysRow />}
      {isOwner && <UpdateRow />}
      {isOwner && <SignRow />}
      {isOwner && <About />}
      <ProofRow isOwner={isOwner} />
      <SignOut />
    </Screen>
  );
}
