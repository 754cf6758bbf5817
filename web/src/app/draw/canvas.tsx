/** The picture to draw on: taps set corners, handles are dragged, two fingers zoom; a crosshair does it by keyboard. */

import { useRef, useState } from "preact/hooks";
import { hitTest, type Point, type Polygon, snapToEdge } from "../../core/mask";
import type { Seen, StandIn } from "../../core/stand_in";
import { ZOOM_STEP } from "../../core/viewport";
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
import { Person } from "./person";
import { Shapes } from "./shapes";
import { Strip } from "./strip";
import { placeOf, useViewport } from "./use_viewport";

/** Shorter edges get no middle dot: a finger's width (44 px) of it would cover a corner's. */
const SHORTEST_EDGE_PX = 88;
/** So near to the picture's edge a finger means the edge. */
const SNAP_PX = 12;
/** Until the picture has been laid out. */
const NARROWEST_PX = 360;

interface CanvasProps {
  state: EditorState;
  dispatch: (action: EditorAction) => void;
  address: string;
  aspect: number;
  /** The standing adult, while the owner tries the drawing with one. */
  person: { readonly at: StandIn; readonly seen: Seen } | null;
  onPerson: (person: StandIn) => void;
  /** A part that may be hidden, offered and not yet taken. */
  suggested: Polygon | null;
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

export function Canvas(props: CanvasProps) {
  const { state, dispatch, address, aspect, person, onPerson, suggested } = props;
  const { frame, view, isHeld, zoom, whole, show, handlers } = useViewport(aspect);
  const box = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<Point | null>(null);
  const [cross, setCross] = useState<Point | null>(null);
  const shapes = shapesOf(state);
  const shortestEdge = SHORTEST_EDGE_PX / (box.current?.clientWidth || NARROWEST_PX);

  const toShare = (event: MouseEvent): Point => {
    const area = box.current?.getBoundingClientRect();
    if (!area) return [0, 0];
    const at: Point = [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
    return snapToEdge(inPicture(at), SNAP_PX / area.width);
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
  const moveCross = (to: Point) => {
    setCross(to);
    show(to);
  };
  const key = (event: KeyboardEvent) => {
    if (event.target !== box.current) return;
    const from = cross ?? [0.5, 0.5];
    const step = nudgeOf(event.key, !event.altKey);
    if (step) moveCross(inPicture([from[0] + step[0], from[1] + step[1]]));
    else if (event.key === "Enter") corner(from);
    else if (event.key === "Escape") dispatch({ type: "abandon" });
    else if (event.key === "+" || event.key === "=") zoom(ZOOM_STEP);
    else if (event.key === "-") zoom(1 / ZOOM_STEP);
    else if (event.key === "0") whole();
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div
        ref={frame}
        class="canvas-frame"
        style={{ aspectRatio: String(aspect), maxWidth: `calc(64dvh * ${aspect})` }}
        {...handlers}
      >
        <div
          ref={box}
          class="canvas"
          role="application"
          aria-label={words.draw.canvas}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a drawing area has no native element
          tabIndex={0}
          data-testid="draw-canvas"
          style={placeOf(view)}
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
            suggested={suggested}
            aspect={aspect}
          />
          {person && (
            <Person
              person={person.at}
              seen={person.seen}
              aspect={aspect}
              toShare={toShare}
              isHeld={isHeld}
              onChange={onPerson}
            />
          )}
          {cross && (
            <div class="crosshair" style={{ left: `${cross[0] * 100}%`, top: `${cross[1] * 100}%` }} />
          )}
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
                isHeld={isHeld}
                onReach={show}
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
      <Strip state={state} dispatch={dispatch} view={view} zoom={zoom} whole={whole} />
    </>
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
  isHeld: () => boolean;
  onReach: (at: Point) => void;
}

function ShapeHandles(props: ShapeHandlesProps) {
  const { shape, polygon, name, state, dispatch, toShare, aspect, shortestEdge, onDrag, isHeld } = props;
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
          isHeld={isHeld}
          onReach={() => props.onReach(at)}
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
          isHeld={isHeld}
          onReach={() => props.onReach(at)}
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
