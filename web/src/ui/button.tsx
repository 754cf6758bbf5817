/** Buttons: one look for each weight, busy while what they started is under way. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";
import { toast } from "./toast";

export type ButtonKind = "primary" | "quiet" | "plain" | "danger" | "danger-quiet";

interface ButtonProps {
  kind?: ButtonKind;
  icon?: IconName;
  wide?: boolean;
  busy?: boolean;
  disabled?: boolean;
  /** Cannot be pressed, and this is why: it stays in the order of the keyboard, and says so when read or pressed. */
  blocked?: string | null;
  submit?: boolean;
  testid?: string;
  pressed?: boolean;
  onClick?: (event: MouseEvent) => void;
  children: ComponentChildren;
}

export function Button(props: ButtonProps) {
  const {
    kind = "quiet",
    icon,
    wide,
    busy = false,
    disabled = false,
    submit,
    testid,
    onClick,
    children,
  } = props;
  const blocked = props.blocked ?? undefined;
  return (
    <button
      type={submit ? "submit" : "button"}
      class={`button button-${kind}${wide ? " button-wide" : ""}`}
      disabled={disabled || busy}
      aria-busy={busy}
      aria-disabled={blocked ? true : undefined}
      aria-description={blocked}
      title={blocked}
      aria-pressed={props.pressed}
      data-testid={testid}
      onClick={blocked ? () => toast(blocked, "info") : onClick}
    >
      {busy ? <span class="spinner" aria-hidden="true" /> : icon && <Icon name={icon} size={22} />}
      <span>{children}</span>
    </button>
  );
}

interface IconButtonProps {
  icon: IconName;
  label: string;
  kind?: ButtonKind;
  disabled?: boolean;
  testid?: string;
  onClick: (event: MouseEvent) => void;
}

/** A button that shows only a picture: `label` is what is spoken, and the tip that hovers. */
export function IconButton({
  icon,
  label,
  kind = "plain",
  disabled = false,
  testid,
  onClick,
}: IconButtonProps) {
  return (
    <button
      type="button"
      class={`button button-${kind} button-icon`}
      aria-label={label}
      title={label}
      disabled={disabled}
      data-testid={testid}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
