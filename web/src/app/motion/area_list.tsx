/** The list of trigger areas: pick one to change it, add, delete, save. */

import { Button, IconButton } from "../../ui/button";
import { FieldError } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { words } from "../words";
import { areaName } from "./area_canvas";
import { type Areas, type AreasAction, isChanged, isLine, mayAdd } from "./areas";

interface AreaListProps {
  areas: Areas;
  dispatch: (action: AreasAction) => void;
  isSaving: boolean;
  error: string | null;
  onSave: () => void;
}

function Row({
  areas,
  index,
  dispatch,
}: {
  areas: Areas;
  index: number;
  dispatch: AreaListProps["dispatch"];
}) {
  const area = areas.now[index];
  if (!area) return null;
  const name = areaName(areas.now, index);
  const isPicked = areas.picked === index;
  const note = area.kind === "enter" ? words.motion.mustEnter : words.motion.mustCross;
  return (
    <li class="rows-row area-row">
      <button
        type="button"
        class="rows-text area-pick"
        aria-pressed={isPicked}
        data-testid={`motion-area-${index}`}
        onClick={() => dispatch({ type: "pick", area: isPicked ? null : index })}
      >
        <span class="rows-title">
          <Icon name={isLine(area) ? "dash" : "draw"} size={20} /> {name}
        </span>
        <span class="rows-note">{note}</span>
      </button>
      <IconButton
        icon="trash"
        label={words.motion.deleteArea(name)}
        testid={`motion-area-delete-${index}`}
        onClick={() => dispatch({ type: "delete", area: index })}
      />
    </li>
  );
}

export function AreaList({ areas, dispatch, isSaving, error, onSave }: AreaListProps) {
  const isDirty = isChanged(areas);
  return (
    <section class="section" aria-label={words.motion.where}>
      <h2>{words.motion.where}</h2>
      <p class="soft small">{areas.now.length === 0 ? words.motion.anywhere : words.motion.anyOfThese}</p>
      {areas.now.length > 0 && (
        <ul class="card card-flush rows-block area-rows">
          {areas.now.map((_, index) => (
            <Row key={index} areas={areas} index={index} dispatch={dispatch} />
          ))}
        </ul>
      )}
      {areas.picked !== null && <p class="soft small">{words.motion.dragHint}</p>}
      <div class="row area-add">
        <Button
          icon="rectangle"
          disabled={!mayAdd(areas)}
          testid="motion-add-enter"
          onClick={() => dispatch({ type: "add", kind: "enter" })}
        >
          {words.motion.addArea}
        </Button>
        <Button
          icon="dash"
          disabled={!mayAdd(areas)}
          testid="motion-add-cross"
          onClick={() => dispatch({ type: "add", kind: "cross" })}
        >
          {words.motion.addLine}
        </Button>
      </div>
      <FieldError error={error} />
      {isDirty && (
        <div class="row area-save">
          <Button kind="primary" icon="check" busy={isSaving} testid="motion-areas-save" onClick={onSave}>
            {words.motion.saveAreas}
          </Button>
          <Button icon="undo" disabled={isSaving} onClick={() => dispatch({ type: "reset" })}>
            {words.motion.discard}
          </Button>
        </div>
      )}
    </section>
  );
}
