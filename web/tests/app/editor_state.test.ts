import { describe, expect, test } from "vitest";
import {
  canRedo,
  canUndo,
  type EditorAction,
  type EditorState,
  edit,
  maskOf,
  startEditor,
} from "../../src/app/draw/editor_state";
import type { Mask, Point } from "../../src/core/mask";

const EMPTY: Mask = { allow: [], hide: [] };
const run = (state: EditorState, ...actions: EditorAction[]) => actions.reduce(edit, state);
const corner = (x: number, y: number): EditorAction => ({ type: "corner", at: [x, y] });
const triangle = [corner(0.1, 0.1), corner(0.9, 0.1), corner(0.5, 0.9)];
const drawn = () => run(startEditor(EMPTY), ...triangle, { type: "close" });

describe("drawing", () => {
  test("a shape enters the mask only when it is closed", () => {
    const open = run(startEditor(EMPTY), ...triangle);
    expect(maskOf(open).allow).toHaveLength(0);
    expect(maskOf(edit(open, { type: "close" })).allow).toHaveLength(1);
  });

  test("two corners are no shape", () => {
    const state = run(startEditor(EMPTY), corner(0.1, 0.1), corner(0.2, 0.2), { type: "close" });
    expect(maskOf(state).allow).toHaveLength(0);
    expect(state.open).toHaveLength(2);
  });

  test("a corner beside the picture is set on its edge", () => {
    expect(edit(startEditor(EMPTY), corner(-0.5, 1.5)).open).toEqual([[0, 1]]);
  });

  test("what is drawn on the hide layer hides", () => {
    const state = run(drawn(), { type: "layer", layer: "hide" }, { type: "rectangle" });
    expect(maskOf(state).hide).toHaveLength(1);
    expect(maskOf(state).allow).toHaveLength(1);
  });

  test("an inserted point stands after the one that it follows, and is picked", () => {
    const at: Point = [0.5, 0.1];
    const state = edit(drawn(), { type: "insert", polygon: 0, after: 0, at });
    expect(maskOf(state).allow[0]?.[1]).toEqual(at);
    expect(state.picked).toEqual({ polygon: 0, point: 1 });
  });

  test("the third last point takes the shape with it", () => {
    const state = edit(drawn(), { type: "deletePoint", polygon: 0, point: 1 });
    expect(maskOf(state).allow).toHaveLength(0);
    expect(state.picked).toBeNull();
  });
});

describe("undo", () => {
  test("takes the last corner of an open shape first", () => {
    const state = edit(run(startEditor(EMPTY), ...triangle), { type: "undo" });
    expect(state.open).toHaveLength(2);
  });

  test("takes a whole drag at once", () => {
    const before = drawn();
    const move = (x: number, isContinued: boolean): EditorAction => ({
      type: "move",
      polygon: 0,
      point: 0,
      to: [x, 0.2],
      isContinued,
    });
    const dragged = run(before, move(0.2, false), move(0.3, true), move(0.4, true));
    expect(maskOf(dragged).allow[0]?.[0]).toEqual([0.4, 0.2]);
    expect(maskOf(edit(dragged, { type: "undo" }))).toEqual(maskOf(before));
  });

  test("takes a dragged-in point at once", () => {
    const before = drawn();
    const inserted = run(
      before,
      { type: "insert", polygon: 0, after: 0, at: [0.5, 0.1] },
      { type: "move", polygon: 0, point: 1, to: [0.5, 0.3], isContinued: true },
    );
    expect(maskOf(edit(inserted, { type: "undo" }))).toEqual(maskOf(before));
  });

  test("redo brings it back", () => {
    const undone = edit(drawn(), { type: "undo" });
    expect(canRedo(undone)).toBe(true);
    expect(maskOf(edit(undone, { type: "redo" }))).toEqual(maskOf(drawn()));
  });

  test("a drawing as loaded has nothing to undo", () => {
    expect(canUndo(startEditor(maskOf(drawn())))).toBe(false);
  });
});
