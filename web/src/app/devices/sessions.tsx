/** Browsers that are signed in at the moment; each can be signed out. */

import { useEffect, useState } from "preact/hooks";
import type { Session } from "../../core/messages";
import { Icon } from "../../ui/icon";
import { Tag } from "../../ui/parts";
import { toast } from "../../ui/toast";
import { useParts } from "../context";
import { useAction } from "../use_action";
import { ago } from "../when";
import { words } from "../words";

function SessionRow({ session, onGone }: { session: Session; onGone: () => void }) {
  const { api } = useParts();
  const ending = useAction({ speak: true });
  const end = async () => {
    const isDone = await ending.run(() => api.revokeSession(session.id));
    if (!isDone) return;
    toast(words.devices.signedOut);
    onGone();
  };
  return (
    <li class="rows-row">
      <Icon name="person" />
      <div class="rows-text">
        <span class="rows-title">
          {session.name} {session.current && <Tag tone="accent">{words.common.you}</Tag>}
        </span>
        <span class="rows-note">{words.devices.since(ago(session.age_s))}</span>
      </div>
      {!session.current && (
        <button
          type="button"
          class="button button-plain"
          disabled={ending.isBusy}
          aria-label={words.devices.signOutOf(session.name)}
          data-testid="session-end"
          onClick={end}
        >
          {words.devices.signOut}
        </button>
      )}
    </li>
  );
}

export function Sessions() {
  const { api } = useParts();
  const [sessions, setSessions] = useState<readonly Session[]>([]);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isWanted = true;
    api.sessions().then(
      (found) => isWanted && setSessions(found),
      () => undefined, // the list above tells what is wrong
    );
    return () => {
      isWanted = false;
    };
  }, [api, round]);
  if (sessions.length === 0) return null;
  return (
    <section class="section">
      <h2>{words.devices.signedIn}</h2>
      <p class="soft small section-note">{words.devices.signedInText}</p>
      <ul class="card card-flush rows" data-testid="session-list">
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} onGone={() => setRound((count) => count + 1)} />
        ))}
      </ul>
    </section>
  );
}
