/** What people may ask of the owner: noted, with its deadline, and how it ended. */

import { useState } from "preact/hooks";
import { accessLog } from "../../core/cards";
import type { RightKind } from "../../core/messages";
import { Button } from "../../ui/button";
import { Choices, FieldError, TextField } from "../../ui/field";
import { toast } from "../../ui/toast";
import { VisitCard } from "../clips/visit_card";
import type { Visit } from "../clips/visits";
import { useLibrary, useParts } from "../context";
import { Link } from "../link";
import { Screen } from "../screen";
import { useAction } from "../use_action";
import { shortDate } from "../when";
import { words } from "../words";
import {
  aboutWith,
  MOST_ABOUT,
  NO_TIMES,
  type Times,
  timesIn,
  visitsAround,
  withoutTimes,
} from "./request_times";
import { type Request, requestsOf } from "./requests";

const DAY_MS = 86_400_000;
const KINDS = (["access", "erasure"] as const).map((value) => ({
  value,
  label: words.rights.choices[value],
}));

interface TimesProps {
  times: Times;
  onTimes: (times: Times) => void;
}

/** Day and times in the browser's own fields, so that each phone shows its own wheel. */
function TimeFields({ times, onTimes }: TimesProps) {
  const fields = [
    ["day", "date", words.rights.day],
    ["from", "time", words.rights.fromTime],
    ["to", "time", words.rights.toTime],
  ] as const;
  return (
    <div class="right-times">
      {fields.map(([name, type, label]) => (
        <label key={name} class="field">
          <span>{label}</span>
          <input
            class="input"
            type={type}
            value={times[name]}
            data-testid={`right-${name}`}
            onInput={(event) => onTimes({ ...times, [name]: event.currentTarget.value })}
          />
        </label>
      ))}
    </div>
  );
}

/** The clips of the request's own time, with what can be done with each. */
function Found({ about, visits }: { about: string; visits: readonly Visit[] }) {
  const times = timesIn(about);
  if (!times)
    return (
      <Link to="/clips" class="button button-quiet">
        {words.rights.find}
      </Link>
    );
  const found = visitsAround(visits, times);
  return (
    <div class="stack-tight" data-testid="right-found">
      <p class="small">
        <strong>{words.rights.found(found.length)}</strong> <span class="soft">{words.rights.foundHint}</span>
      </p>
      <ul class="visits right-found">
        {found.map((visit) => (
          <li key={visit.id}>
            <VisitCard visit={visit} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function NewRequest() {
  const { api, library } = useParts();
  const [kind, setKind] = useState<RightKind>("access");
  const [about, setAbout] = useState("");
  const [times, setTimes] = useState(NO_TIMES);
  const saving = useAction();
  const save = async (event: Event) => {
    event.preventDefault();
    if (about.trim() === "") return;
    const isDone = await saving.run(async () => {
      await api.command("right.note", { kind, about: aboutWith(about, times) });
    });
    if (!isDone) return;
    setAbout("");
    setTimes(NO_TIMES);
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
        maxLength={MOST_ABOUT}
        testid="right-about"
        onValue={setAbout}
      />
      <TimeFields times={times} onTimes={setTimes} />
      <FieldError error={saving.error} />
      <Button kind="primary" submit busy={saving.isBusy} disabled={about.trim() === ""} testid="right-note">
        {words.rights.note}
      </Button>
    </form>
  );
}

function OpenRequest({ request, visits }: { request: Request; visits: readonly Visit[] }) {
  const { api, library } = useParts();
  const [how, setHow] = useState("");
  const closing = useAction();
  const times = timesIn(request.about);
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
        <p class="rows-title">{withoutTimes(request.about)}</p>
        {times && (
          <p class="soft small">
            {words.rights.aboutThen(shortDate(Date.parse(`${times.day}T12:00`)), times.from, times.to)}
          </p>
        )}
        <p class="soft small">
          {words.rights.kinds[request.kind]} · {words.rights.due(shortDate(request.dueMs), days)}
        </p>
      </div>
      <Found about={request.about} visits={visits} />
      <TextField label={words.rights.how} value={how} maxLength={100} testid="right-how" onValue={setHow} />
      <FieldError error={closing.error} />
      <div class="row">
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
            <OpenRequest key={request.right} request={request} visits={content.visits} />
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
                  <span class="rows-title">{withoutTimes(about)}</span>
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
