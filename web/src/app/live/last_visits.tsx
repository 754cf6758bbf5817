/** The newest clips as a strip below the picture. */

import { VisitCard } from "../clips/visit_card";
import type { Visit } from "../clips/visits";
import { useLibrary } from "../context";
import { Link } from "../link";
import { dayKey, dayTitle } from "../when";
import { words } from "../words";

const SHOWN = 8;

function dayOf(visit: Visit): string {
  return visit.atMs === null ? "" : dayTitle(dayKey(visit.atMs), dayKey(Date.now()));
}

function Strip({ visits }: { visits: readonly Visit[] }) {
  return (
    <ul class="strip" data-testid="last-visits">
      {visits.map((visit) => (
        <li key={visit.id}>
          <VisitCard visit={visit} />
          <span class="unseen">{dayOf(visit)}</span>
        </li>
      ))}
    </ul>
  );
}

export function LastVisits() {
  const content = useLibrary();
  const visits =
    content.kind === "ready" ? content.visits.filter((visit) => !visit.isRecording).slice(0, SHOWN) : [];
  return (
    <section class="last" aria-label={words.live.lastVisits}>
      <div class="row spread">
        <h2>{words.live.lastVisits}</h2>
        {visits.length > 0 && (
          <Link to="/clips" class="button button-plain" testid="all-clips">
            {words.live.allClips}
          </Link>
        )}
      </div>
      {content.kind === "loading" && (
        <div class="strip" aria-hidden="true">
          {[0, 1, 2].map((each) => (
            <div key={each} class="skeleton skeleton-card" />
          ))}
        </div>
      )}
      {visits.length > 0 && <Strip visits={visits} />}
      {content.kind === "ready" && visits.length === 0 && <p class="soft">{words.live.noVisits}</p>}
      {content.kind === "no_key" && <p class="soft">{words.live.noVisitsKey}</p>}
    </section>
  );
}
