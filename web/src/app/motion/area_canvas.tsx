/** Trigger areas over the live picture; the picked one has corners to drag, and to move by keyboard. */

import { useRef } from "preact/hooks";
import type { Point } from "../../core/mask_geometry";
import type { MotionArea } from "../../core/messages";
import { announce } from "../../ui/toast";
import { Handle } from "../draw/handle";
import { words } from "../words";
import { type Areas, type AreasAction, isLine } from "./areas";

const WIDTH = 1000;
const percent = (share: number) => Math.round(share * 100);
const middle = (a: Point, b: Point): Point => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

/** "Area 2", "Line 1": numbered within their kind. */
export function areaName(areas: readonly MotionArea[], index: number): string {
  const area = areas[index];
  if (!area) return "";
  const number = areas.slice(0, index + 1).filter((each) => isLine(each) === isLine(area)).length;
  return isLine(area) ? words.motion.line(number) : words.motion.area(number);
}

interface AreaCanvasProps {
  areas: Areas;
  dispatch: (action: AreasAction) => void;
  /** Width divided by height of the picture. */
  aspect: number;
}

export function AreaCanvas({ areas, dispatch, aspect }: AreaCanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const height = WIDTH / aspect;
  const text = (points: readonly Point[]) => points.map(([x, y]) => `${x * WIDTH},${y * height}`).join(" ");
  const toShare = (event: MouseEvent): Point => {
    const area = box.current?.getBoundingClientRect();
    return area
      ? [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height]
      : [0, 0];
  };
  return (
    <div ref={box} class="areas" data-testid="motion-areas">
      <svg
        class="areas-shapes"
        viewBox={`0 0 ${WIDTH} ${height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {areas.now.map((area, index) => {
          const look = `area area-${area.kind}${index === areas.picked ? " is-picked" : ""}`;
          return isLine(area) ? (
            <polyline key={index} class={look} points={text(area.points)} />
          ) : (
            <polygon key={index} class={look} points={text(area.points)} />
          );
        })}
      </svg>
      {areas.picked !== null && areas.now[areas.picked] && (
        <Corners areas={areas} index={areas.picked} dispatch={dispatch} toShare={toShare} />
      )}
    </div>
  );
}

interface CornersProps {
  areas: Areas;
  index: number;
  dispatch: (action: AreasAction) => void;
  toShare: (event: PointerEvent) => Point;
}

function Corners({ areas, index, dispatch, toShare }: CornersProps) {
  const area = areas.now[index] as MotionArea;
  const name = areaName(areas.now, index);
  const next = (point: number) => area.points[(point + 1) % area.points.length] as Point;
  const insert = (after: number, at: Point) => {
    dispatch({ type: "insert", area: index, after, at });
    announce(words.draw.added);
  };
  return (
    <>
      {!isLine(area) &&
        area.points.map((at, after) => (
          <Handle
            key={`edge${after}`}
            at={middle(at, next(after))}
            look="edge"
            isPicked={false}
            label={words.draw.edge(name, after + 1)}
            testid={`motion-edge-${after}`}
            toShare={toShare}
            onMove={(to, isContinued) => {
              if (isContinued) dispatch({ type: "move", area: index, point: after + 1, to });
              else insert(after, to);
            }}
            onPress={() => insert(after, middle(at, next(after)))}
          />
        ))}
      {area.points.map((at, point) => (
        <Handle
          key={`point${point}`}
          at={at}
          look="point"
          isPicked={false}
          label={words.draw.point(point + 1, area.points.length, name, percent(at[0]), percent(at[1]))}
          testid={`motion-point-${point}`}
          toShare={toShare}
          onMove={(to) => dispatch({ type: "move", area: index, point, to })}
          onPress={() => undefined}
          onEnter={() => insert(point, middle(at, next(point)))}
          onDelete={() => {
            dispatch({ type: "deletePoint", area: index, point });
            announce(words.draw.removed);
          }}
        />
      ))}
    </>
  );
}
