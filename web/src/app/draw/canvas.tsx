/** The picture to draw on: taps set corners, handles are dragged, and a crosshair does the same by keyboard. */

import { useRef, useState } from "preact/hooks";
import { hitTest, type Point, type Polygon } from "../../core/mask";
import { announce } from "../../ui/toast";
import { words } from "../words";
import {
  type EditorAction,
  type EditorState,
  inPicture,
  LEAST_POINTS,
  maskOf,
  shapesOf,
} from "./editor_state";
import { Handle, nudgeOf } from "./handle";
import { Loupe } from "./loupe";
import { Shapes } from "./shapes";

/** Shorter edges get no middle dot: a finger's width (44 px) of it would cover a corner's. */
const SHORTEST_EDGE_PX = 88;
/** Until the picture has been laid out. */
const NARROWEST_PX = 360;

interface CanvasProps {
  state: EditorState;
  dispatch: (action: EditorAction) => void;
  address: string;
  aspect: number;
}

const percent = (share: number) => Math.round(share * 100);
const middle = (a: Point, b: Point): Point => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
const shapeName = (state: EditorState, index: number) =>
  state.layer === "allow" ? words.draw.shapeAllow(index + 1) : words.draw.shapeHide(index + 1);

function edgesOf(
  shape: Polygon,
  aspect: number,
  shortest: number,
  held: number | null,
): { readonly after: number; readonly at: Point }[] {
  return shape.flatMap((from, after) => {
    const to = shape[(after + 1) % shape.length] as Point;
    const length = Math.hypot(to[0] - from[0], (to[1] - from[1]) / aspect);
    return length < shortest && after !== held ? [] : [{ after, at: middle(from, to) }];
  });
}

export function Canvas({ state, dispatch, address, aspect }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<Point | null>(null);
  const [cross, setCross] = useState<Point | null>(null);
  const shapes = shapesOf(state);
  const shortestEdge = SHORTEST_EDGE_PX / (box.current?.clientWidth || NARROWEST_PX);

  const toShare = (event: MouseEvent): Point => {
    const area = box.current?.getBoundingClientRect();
    if (!area) return [0, 0];
    return inPicture([(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height]);
  };
  const corner = (at: Point) => {
    const hit = state.open.length === 0 ? hitTest(maskOf(state), at, 0.01, aspect) : null;
    if (hit && hit.layer === state.layer)
      return dispatch({ type: "pick", picked: { polygon: hit.polygon, point: null } });
    if (state.layer === "allow" && state.open.length === 0 && shapes.length > 0)
      return dispatch({ type: "pick", picked: null });
    dispatch({ type: "corner", at });
    announce(words.draw.added);
  };
  const close = () => {
    if (state.open.length < LEAST_POINTS) return;
    dispatch({ type: "close" });
    announce(words.draw.closed);
  };
  const key = (event: KeyboardEvent) => {
    if (event.target !== box.current) return;
    const from = cross ?? [0.5, 0.5];
    const step = nudgeOf(event.key, !event.altKey);
    if (step) setCross(inPicture([from[0] + step[0], from[1] + step[1]]));
    else if (event.key === "Enter") corner(from);
    else if (event.key === "Escape") dispatch({ type: "abandon" });
    else return;
    event.preventDefault();
  };
  return (
    <div class="canvas-frame" style={{ aspectRatio: String(aspect), maxWidth: `calc(64dvh * ${aspect})` }}>
      <div
        ref={box}
        class="canvas"
        role="application"
        aria-label={words.draw.canvas}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a drawing area has no native element
        tabIndex={0}
        data-testid="draw-canvas"
        onClick={(event) => corner(toShare(event))}
        onKeyDown={key}
        onFocus={(event) =>
          event.target === box.current &&
          event.currentTarget.matches(":focus-visible") &&
          setCross([0.5, 0.5])
        }
        onBlur={() => setCross(null)}
      >
        <img
          class="canvas-plate"
          src={address}
          alt={words.draw.plateAlt}
          draggable={false}
          data-testid="plate"
        />
        <Shapes
          mask={maskOf(state)}
          layer={state.layer}
          open={state.open}
          pickedShape={state.picked?.polygon ?? null}
          aspect={aspect}
        />
        {cross && <div class="crosshair" style={{ left: `${cross[0] * 100}%`, top: `${cross[1] * 100}%` }} />}
        {state.open.length === 0 &&
          shapes.map((shape, polygon) => (
            <ShapeHandles
              key={polygon}
              shape={shape}
              polygon={polygon}
              name={shapeName(state, polygon)}
              state={state}
              dispatch={dispatch}
              toShare={toShare}
              aspect={aspect}
              shortestEdge={shortestEdge}
              onDrag={setDragged}
            />
          ))}
        {state.open.map((at, index) => (
          <Handle
            key={index}
            at={at}
            look={index === 0 ? "first" : "point"}
            isPicked={false}
            label={index === 0 ? words.draw.finish : `${index + 1}`}
            testid={`open-point-${index}`}
            toShare={toShare}
            onMove={() => undefined}
            onPress={index === 0 ? close : () => undefined}
            onEnter={index === 0 ? close : () => undefined}
          />
        ))}
      </div>
      {dragged && <Loupe at={dragged} address={address} aspect={aspect} />}
    </div>
  );
}

interface ShapeHandlesProps {
  shape: Polygon;
  polygon: number;
  name: string;
  state: EditorState;
  dispatch: (action: EditorAction) => void;
  toShare: (event: PointerEvent) => Point;
  aspect: number;
  /** As a share of the picture's width. */
  shortestEdge: number;
  onDrag: (at: Point | null) => void;
}

function ShapeHandles(props: ShapeHandlesProps) {
  const { shape, polygon, name, state, dispatch, toShare, aspect, shortestEdge, onDrag } = props;
  /** The edge whose dot is being dragged: it stays in the page until the finger lifts. */
  const [held, setHeld] = useState<number | null>(null);
  const picked = state.picked?.polygon === polygon ? state.picked : null;
  const insert = (after: number, at: Point) => {
    dispatch({ type: "insert", polygon, after, at });
    announce(words.draw.added);
  };
  const remove = (point: number) => {
    dispatch({ type: "deletePoint", polygon, point });
    announce(words.draw.removed);
  };
  return (
    <>
      {edgesOf(shape, aspect, shortestEdge, held).map(({ after, at }) => (
        <Handle
          key={`edge${after}`}
          at={at}
          look="edge"
          isPicked={false}
          label={words.draw.edge(name, after + 1)}
          testid={`edge-${state.layer}-${polygon}-${after}`}
          toShare={toShare}
          onMove={(to, isContinued) => {
            if (isContinued) dispatch({ type: "move", polygon, point: after + 1, to, isContinued });
            else insert(after, to);
          }}
          onDrag={(to) => {
            setHeld(to ? after : null);
            onDrag(to);
          }}
          onPress={() => insert(after, at)}
        />
      ))}
      {shape.map((at, point) => (
        <Handle
          key={`point${point}`}
          at={at}
          look="point"
          isPicked={picked?.point === point}
          label={words.draw.point(point + 1, shape.length, name, percent(at[0]), percent(at[1]))}
          testid={`point-${state.layer}-${polygon}-${point}`}
          toShare={toShare}
          onMove={(to, isContinued) => dispatch({ type: "move", polygon, point, to, isContinued })}
          onDrag={onDrag}
          onPress={() => dispatch({ type: "pick", picked: { polygon, point } })}
          onEnter={() => insert(point, middle(at, shape[(point + 1) % shape.length] as Point))}
          onDelete={() => remove(point)}
        />
      ))}
    </>
  );
}
