/** x and y are shares (0..1) of the sensor picture, origin top left. */
export type Point = readonly [x: number, y: number];
export type Polygon = readonly Point[];
export interface Mask {
  readonly allow: readonly Polygon[];
  readonly hide: readonly Polygon[];
}
export type Layer = "allow" | "hide";
export interface MaskProblem {
  readonly layer: Layer;
  readonly polygon: number;
  readonly what:
    | "too_few_points"
    | "too_many_points"
    | "too_many_polygons"
    | "out_of_picture"
    | "no_area"
    | "too_long";
}
export interface Hit {
  readonly layer: Layer;
  readonly polygon: number;
  readonly what: "point" | "edge" | "inside" /** of the point, or of the edge's first point */;
  readonly index: number;
}
export declare const EMPTY_MASK: Mask;
export declare function maskProblems(mask: Mask): readonly MaskProblem[];
export declare function parseMask(text: string): Mask;
/** The exact text that is signed. */
export declare function serialiseMask(mask: Mask): string;
export declare function visibleShare(mask: Mask): number;
/** `reach`: distance as a share of the picture's width; `aspect`: width / height. */
export declare function hitTest(mask: Mask, at: Point, reach: number, aspect: number): Hit | null;
export declare function snapToEdge(at: Point, reach: number): Point;
export interface MaskHistory {
  readonly past: readonly Mask[];
  readonly present: Mask;
  readonly future: readonly Mask[];
}
export type MaskAction =
  | { readonly type: "addPolygon"; readonly layer: Layer; readonly points: Polygon }
  | { readonly type: "removePolygon"; readonly layer: Layer; readonly polygon: number }
  | {
      readonly type: "movePolygon";
      readonly layer: Layer;
      readonly polygon: number;
      readonly by: Point;
      readonly isContinued?: boolean;
    }
  | {
      readonly type: "insertPoint";
      readonly layer: Layer;
      readonly polygon: number;
      readonly index: number;
      readonly at: Point;
    }
  /** `isContinued`: a further step of the same drag; undone together with the first */
  | {
      readonly type: "movePoint";
      readonly layer: Layer;
      readonly polygon: number;
      readonly index: number;
      readonly to: Point;
      readonly isContinued?: boolean;
    }
  | { readonly type: "deletePoint"; readonly layer: Layer; readonly polygon: number; readonly index: number }
  | { readonly type: "clear" }
  | { readonly type: "undo" }
  | { readonly type: "redo" }
  | { readonly type: "reset"; readonly mask: Mask };
export declare function startHistory(mask: Mask): MaskHistory;
export declare function editMask(history: MaskHistory, action: MaskAction): MaskHistory;
