/** Who looked and what changed, by day, and whether the record is whole. */

import { useMemo, useState } from "preact/hooks";
import { accessLog, foldClips } from "../../core/cards";
import type { Journal, JournalVerdict } from "../../core/journal_types";
import { Button } from "../../ui/button";
import { Choices } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { Empty, Notice, Waiting } from "../../ui/parts";
import { LoadFailed, NoKey } from "../clips/clips";
import { useLibrary } from "../context";
import { Link } from "../link";
import { Screen } from "../screen";
import { EnterDialog } from "../settings/key_section";
import { clockTime, groupByDay } from "../when";
import { words } from "../words";
import { type LineKind, type LogLine, logLines } from "./sentences_of_log";

const STEP = 80;

function OlderKey() {
  const [isEntering, setEntering] = useState(false);
  return (
    <Notice tone="warn" icon="key" title={words.log.olderKey} testid="log-older-key">
      <p>{words.log.olderKeyText}</p>
      <div>
        <Button icon="key" testid="older-key-enter" onClick={() => setEntering(true)}>
          {words.log.olderKeyEnter}
        </Button>
      </div>
      {isEntering && <EnterDialog onClose={() => setEntering(false)} />}
    </Notice>
  );
}

function Verdict({ verdict }: { verdict: JournalVerdict }) {
  if (verdict === "complete")
    return (
      <Notice tone="good" icon="check" title={words.log.complete} testid="log-complete">
        <p class="small">{words.log.completeText}</p>
      </Notice>
    );
  if (verdict === "other_key")
    return (
      <Notice tone="warn" icon="key" title={words.log.otherKey} testid="log-other-key">
        <p>{words.log.otherKeyText}</p>
      </Notice>
    );
  if (verdict === "older_key") return <OlderKey />;
  if (verdict === "torn_tail")
    return (
      <Notice tone="plain" icon="info" title={words.log.tornTitle} testid="log-torn">
        <p class="small">{words.log.torn}</p>
      </Notice>
    );
  return (
    <Notice tone="bad" icon="warning" title={words.log.missing} testid="log-missing">
      <p class="small">{words.log.missingText}</p>
    </Notice>
  );
}

function Line({ line }: { line: LogLine }) {
  const inside = (
    <>
      <Icon name={line.icon} size={21} />
      <span class="rows-text">{line.text}</span>
      <time class="soft small figures" dateTime={new Date(line.atMs).toISOString()}>
        {clockTime(line.atMs)}
      </time>
    </>
  );
  if (!line.clip) return <li class="rows-row log-line">{inside}</li>;
  return (
    <li>
      <Link to={`/clips/${line.clip}`} class="rows-row log-line">
        {inside}
      </Link>
    </li>
  );
}

type Filter = "all" | LineKind;

const FILTERS: readonly { readonly value: Filter; readonly label: string }[] = [
  { value: "all", label: words.log.filterAll },
  { value: "look", label: words.log.filterLooks },
  { value: "change", label: words.log.filterChanges },
];

function Lines({ lines }: { lines: readonly LogLine[] }) {
  const [shown, setShown] = useState(STEP);
  const days = groupByDay(lines.slice(0, shown), (line) => line.atMs, Date.now());
  return (
    <div data-testid="log-lines">
      {days.map((day) => (
        <section key={day.key} class="section" aria-label={day.title}>
          <h2>{day.title}</h2>
          <ul class="card card-flush rows">
            {day.items.map((line) => (
              <Line key={line.key} line={line} />
            ))}
          </ul>
        </section>
      ))}
      {lines.length > shown && (
        <div class="section">
          <Button wide testid="log-more" onClick={() => setShown(shown + STEP)}>
            {words.log.more}
          </Button>
        </div>
      )}
    </div>
  );
}

function Record({ journal }: { journal: Journal }) {
  const [filter, setFilter] = useState<Filter>("all");
  const all = useMemo(() => logLines(accessLog(journal.records), foldClips(journal.records)), [journal]);
  const lines = filter === "all" ? all : all.filter((line) => line.kind === filter);
  return (
    <div class="stack">
      <Verdict verdict={journal.verdict} />
      {all.length === 0 ? (
        <Empty icon="activity" title={words.log.empty} text={words.log.emptyText} />
      ) : (
        <>
          <Choices
            legend={words.log.filterLabel}
            value={filter}
            options={FILTERS}
            testid="log-filter"
            onChange={setFilter}
          />
          {lines.length === 0 && <p class="soft">{words.log.emptyFilter}</p>}
          <Lines key={filter} lines={lines} />
        </>
      )}
    </div>
  );
}

export function Log() {
  const content = useLibrary();
  return (
    <Screen title={words.log.title} lead={words.log.lead} testid="log">
      {content.kind === "loading" && <Waiting text={words.common.loading} />}
      {content.kind === "no_key" && <NoKey />}
      {content.kind === "failed" && <LoadFailed error={content.error} />}
      {content.kind === "ready" && <Record journal={content.journal} />}
    </Screen>
  );
}
