/** Which of the places where people pass are worth offering: those that the drawing still shows. */

import { type Mask, type Polygon, visibleShare } from "../../core/mask";
import { suggestHides, type TrafficMap } from "../../core/traffic";

/** Less than this of the picture is not worth a question. */
const LEAST_GAIN = 0.003;
const MOST_OFFERED = 6;
/** Before that, one visitor on the path looks like a street. */
const LEAST_MINUTES = 15;

/** Whether enough was counted to offer anything. */
export const isEnough = (map: TrafficMap | null): map is TrafficMap =>
  map !== null && map.minutes >= LEAST_MINUTES;

/** Busiest first; empty where nothing stands out or all of it is hidden already. */
export function offersFor(map: TrafficMap, mask: Mask): Polygon[] {
  const seen = visibleShare(mask);
  return suggestHides(map)
    .filter((part) => seen - visibleShare({ ...mask, hide: [...mask.hide, part] }) >= LEAST_GAIN)
    .slice(0, MOST_OFFERED);
}
