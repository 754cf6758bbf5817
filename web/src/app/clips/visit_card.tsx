/** One clip in a list: picture, time, length, why, and what is wrong with it. */

import { Icon } from "../../ui/icon";
import { Tag, type Tone } from "../../ui/parts";
import { Link } from "../link";
import { clockTime, span } from "../when";
import { words } from "../words";
import { Thumb } from "./thumb";
import type { Badge, Visit } from "./visits";

const BADGES: Readonly<Record<Badge, { readonly tone: Tone; readonly text: string }>> = {
  early: { tone: "warn", text: words.clips.early },
  altered: { tone: "bad", text: words.clips.altered },
  missing: { tone: "bad", text: words.clips.missing },
  unlisted: { tone: "warn", text: words.clips.unlisted },
};

export const timeOf = (visit: Visit) => (visit.atMs === null ? words.time.unknown : clockTime(visit.atMs));
export const causeOf = (visit: Visit) =>
  visit.cause ? words.clips.cause[visit.cause] : words.clips.unlisted;
const lengthOf = (visit: Visit) => (visit.durationS === null ? "" : span(visit.durationS));

export function BadgeTag({ badge }: { badge: Badge }) {
  return (
    <Tag tone={BADGES[badge].tone} icon="warning">
      {BADGES[badge].text}
    </Tag>
  );
}

export function VisitCard({ visit }: { visit: Visit }) {
  return (
    <Link to={`/clips/${visit.id}`} class="visit" testid={`clip-${visit.id}`}>
      <div class="visit-picture">
        <Thumb visit={visit} />
        {visit.durationS !== null && <span class="visit-length figures">{lengthOf(visit)}</span>}
      </div>
      <div class="visit-text">
        <span class="visit-time figures">{timeOf(visit)}</span>
        <span class="visit-cause">{causeOf(visit)}</span>
        {visit.isKept && (
          <Tag tone="plain" icon="bookmark">
            {words.keeping.kept}
          </Tag>
        )}
        {visit.cause === "message" && (
          <Tag tone="plain" icon="mic">
            {words.clips.message}
          </Tag>
        )}
        {visit.sound !== "none" && !(visit.cause === "message" && visit.sound === "all") && (
          <span class="visit-sound">
            <Icon name={visit.sound === "dead" ? "micOff" : "mic"} size={16} />
            {words.clips.sound[visit.sound]}
          </span>
        )}
        {visit.badge && <BadgeTag badge={visit.badge} />}
      </div>
    </Link>
  );
}
