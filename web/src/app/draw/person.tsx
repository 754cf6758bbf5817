/** The outline of a standing adult: dragged to the door, it shows whether heads stay inside the drawing. */

import { useRef } from "preact/hooks";
import type { Point } from "../../core/mask";
import { placed, type Seen, type StandIn, WIDTH_SHARE } from "../../core/stand_in";
import { words } from "../words";
import { Handle } from "./handle";

const KEY_GROWTH = 1.06;

interface PersonProps {
  person: StandIn;
  seen: Seen;
  aspect: number;
  toShare: (event: PointerEvent) => Point;
  isHeld: () => boolean;
  onChange: (person: StandIn) => void;
}

export function Person({ person, seen, aspect, toShare, isHeld, onChange }: PersonProps) {
  const grip = useRef<Point>([0, 0]);
  const width = (WIDTH_SHARE * person.height) / aspect;
  const head: Point = [person.feet[0], person.feet[1] - person.height];
  const middle: Point = [person.feet[0], person.feet[1] - person.height / 2];
  const put = (change: Partial<StandIn>) => onChange(placed({ ...person, ...change }));
  const moveBody = (to: Point, isContinued: boolean, isDrag: boolean) => {
    if (!isContinued || !isDrag) grip.current = isDrag ? [to[0] - middle[0], to[1] - middle[1]] : [0, 0];
    const [x, y] = [to[0] - grip.current[0], to[1] - grip.current[1]];
    put({ feet: [x, y + person.height / 2] });
  };
  return (
    <>
      <Handle
        at={middle}
        look="person"
        isPicked={false}
        label={words.draw.person}
        help={words.draw.personHelp}
        testid="person"
        size={[width, person.height]}
        toShare={toShare}
        isHeld={isHeld}
        onMove={moveBody}
        onPress={() => undefined}
        onKey={(key) => {
          if (key === "+" || key === "=") put({ height: person.height * KEY_GROWTH });
          else if (key === "-") put({ height: person.height / KEY_GROWTH });
          else return false;
          return true;
        }}
      >
        <Outline seen={seen} />
      </Handle>
      <Handle
        at={[head[0], Math.max(0.015, head[1])]}
        look="edge"
        isPicked={false}
        label={words.draw.personSize}
        testid="person-size"
        toShare={toShare}
        isHeld={isHeld}
        onMove={(to) => put({ height: person.feet[1] - to[1] })}
        onPress={() => undefined}
      />
    </>
  );
}

function Outline({ seen }: { seen: Seen }) {
  return (
    <svg class={`person person-${seen}`} viewBox="0 0 27 100" preserveAspectRatio="none" aria-hidden="true">
      <ellipse cx="13.5" cy="6.4" rx="4.4" ry="5.9" />
      <path d="M13.5 14.2c-5.2 0-9.6 1.6-10.6 6L.9 45.4c-.2 2.6 3.2 3 3.7.5l2.5-16.6.9 20.5-1 45c0 4.6 5.3 4.6 5.6.3l.9-38.6.9 38.6c.3 4.3 5.6 4.3 5.6-.3l-1-45 .9-20.5 2.5 16.6c.5 2.5 3.9 2.1 3.7-.5l-2-25.2c-1-4.4-5.4-6-10.6-6Z" />
    </svg>
  );
}
