/** What people may ask of the owner: noted, with its deadline, and how it ended. */

import { useState } from "preact/hooks";
import { accessLog } from "../../core/cards";
import type { RightKind } from "../../core/messages";
import { Button } from "../../ui/button";
import { Choices, FieldError, TextField } from "../../ui/field";
import { toast } from "../../ui/toast";
import { useLibrary, useParts } from "../context";
import { Link } from "../link";
import { Screen } from "../screen";
import { useAction } from "../use_action";
import { shortDate } from "../when";
import { words } from "../words";
import { type Request, requestsOf } from "./requests";

const DAY_MS = 86_400_000;
const KINDS = (["access", "erasure"] as const).map((value) => ({
  value,
  label: words.rights.choices[value],
}));

function NewRequest() {
  const { api, library } = useParts();
  const [kind, setKind] = useState<RightKind>("access");
  const [about, setAbout] = useState("");
  const saving = useAction();
  const save = async (event: Event) => {
    event.preventDefault();
    if (about.trim() === "") return;
    const isDone = await saving.run(async () => {
      await api.command("right.note", { kind, about: about.trim() });
    });
    if (!isDone) return;
    setAbout("");
    library.refresh();
    toast(words.rights.saved, "check");
  };
  return (
    <form class="card stack" onSubmit={save}>
      <Choices
        legend={words.rights.kind}
        value={kind}
        options={KINDS}
        testid="right-kind"
        onChange={setKind}
      />
      <TextField
        label={words.rights.about}
        value={about}
        maxLength={100}
        testid="right-about"
        onValue={setAbout}
      />
      <FieldError error={saving.error} />
      <Button kind="primary" submit busy={saving.isBusy} disabled={about.trim() === ""} testid="right-note">
        {words.rights.note}
      </Button>
    </form>
  );
}

function OpenRequest({ request }: { request: Request }) {
  const { api, library } = useParts();
  const [how, setHow] = useState("");
  const closing = useAction();
  const days = Math.floor((request.dueMs - Date.now()) / DAY_MS);
  const close = () =>
    closing.run(async () => {
      await api.command("right.close", { right: request.right, how: how.trim() });
      library.refresh();
      toast(words.rights.closedToast, "check");
    });
  return (
    <li class="card stack" data-testid="right-open">
      <div>
        <p class="rows-title">{request.about}</p>
        <p class="soft small">
          {words.rights.kinds[request.kind]} · {words.rights.due(shortDate(request.dueMs), days)}
        </p>
      </div>
      <TextField label={words.rights.how} value={how} maxLength={100} testid="right-how" onValue={setHow} />
      <FieldError error={closing.error} />
      <div class="row">
        <Link to="/clips" class="button button-quiet">
          {words.rights.find}
        </Link>
        <Button busy={closing.isBusy} disabled={how.trim() === ""} testid="right-close" onClick={close}>
          {words.rights.close}
        </Button>
      </div>
    </li>
  );
}

function Requests() {
  const content = useLibrary();
  if (content.kind !== "ready") return null;
  const requests = requestsOf(accessLog(content.journal.records));
  const open = requests.filter((each) => each.how === null);
  const answered = requests.filter((each) => each.how !== null);
  return (
    <>
      <section class="section stack">
        <h2>{words.rights.open}</h2>
        {open.length === 0 && <p class="soft">{words.rights.none}</p>}
        <ul class="stack">
          {open.map((request) => (
            <OpenRequest key={request.right} request={request} />
          ))}
        </ul>
      </section>
      {answered.length > 0 && (
        <section class="section stack">
          <h2>{words.rights.answered}</h2>
          <ul class="card card-flush rows-block">
            {answered.map(({ right, about, how, atMs }) => (
              <li key={right} class="rows-row" data-testid="right-answered">
                <span class="rows-text">
                  <span class="rows-title">{about}</span>
                  <span class="rows-note">
                    {shortDate(atMs)} · {how}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

export function RightsScreen() {
  return (
    <Screen title={words.rights.title} lead={words.rights.lead} back="/settings" testid="rights">
      <div class="stack">
        <NewRequest />
        <p class="soft small">{words.rights.help}</p>
      </div>
      <Requests />
    </Screen>
  );
}
