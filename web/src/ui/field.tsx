/** Text fields, switches and choices, each tied to its label, note and error. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./icon";

interface TextFieldProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  note?: string;
  error?: string | null;
  code?: boolean;
  /** Neither a sentence nor a name: `raw` shows it as typed, `secret` as dots, `lines` over several lines. */
  kind?: "words" | "raw" | "secret" | "lines";
  placeholder?: string;
  maxLength?: number;
  autoFocus?: boolean;
  disabled?: boolean;
  testid?: string;
}

export function TextField(props: TextFieldProps) {
  const id = useId();
  const { label, value, onValue, note, error, code = false, kind = "words" } = props;
  const described = [note ? `${id}-note` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  const shared = {
    id,
    value,
    placeholder: props.placeholder,
    maxLength: props.maxLength,
    disabled: props.disabled,
    autocomplete: "off",
    spellcheck: false,
    "aria-describedby": described || undefined,
    "aria-invalid": Boolean(error),
    "data-testid": props.testid,
    onInput: (event: { currentTarget: { value: string } }) => onValue(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {kind === "lines" && <textarea {...shared} class="input" />}
      {kind === "secret" && <input {...shared} type="password" class="input" autocomplete="new-password" />}
      {(kind === "words" || kind === "raw") && (
        <input
          {...shared}
          type="text"
          class={code ? "input input-code" : "input"}
          autocapitalize={code ? "characters" : kind === "words" ? "words" : "none"}
          ref={(element) => {
            if (props.autoFocus && element && !element.dataset.focused) {
              element.dataset.focused = "yes";
              element.focus();
            }
          }}
        />
      )}
      {note && (
        <p class="field-note" id={`${id}-note`}>
          {note}
        </p>
      )}
      <FieldError id={`${id}-error`} error={error ?? null} />
    </div>
  );
}

export function FieldError({ id, error }: { id?: string; error: string | null }) {
  return (
    <div id={id} role="alert" data-testid="field-error">
      {error && (
        <p class="field-error">
          <Icon name="warning" size={20} />
          <span>{error}</span>
        </p>
      )}
    </div>
  );
}

interface SwitchRowProps {
  title: string;
  note: string;
  checked: boolean;
  busy?: boolean;
  testid: string;
  onChange: (checked: boolean) => void;
}

/** A whole row that switches one thing on or off. */
export function SwitchRow({ title, note, checked, busy = false, testid, onChange }: SwitchRowProps) {
  const id = useId();
  return (
    <div class="rows-row">
      <label class="rows-text" for={id}>
        <span class="rows-title">{title}</span>
        <span class="rows-note" id={`${id}-note`}>
          {note}
        </span>
      </label>
      <input
        id={id}
        type="checkbox"
        role="switch"
        aria-checked={checked}
        class="switch"
        checked={checked}
        disabled={busy}
        aria-describedby={`${id}-note`}
        data-testid={testid}
        onChange={(event) => {
          const wanted = event.currentTarget.checked;
          event.currentTarget.checked = checked; // stays until the camera has agreed
          onChange(wanted);
        }}
      />
    </div>
  );
}

interface TickProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  testid: string;
  children: ComponentChildren;
}

export function Tick({ checked, onChange, testid, children }: TickProps) {
  return (
    <label class="tick">
      <input
        type="checkbox"
        checked={checked}
        data-testid={testid}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{children}</span>
    </label>
  );
}

interface ChoicesProps<T extends string> {
  legend: string;
  value: T;
  options: readonly { readonly value: T; readonly label: string }[];
  testid: string;
  onChange: (value: T) => void;
}

/** A row of choices of which one holds: the browser's own radio buttons underneath. */
export function Choices<T extends string>({ legend, value, options, testid, onChange }: ChoicesProps<T>) {
  const name = useId();
  return (
    <fieldset class="choices" data-testid={testid}>
      <legend class="unseen">{legend}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            data-testid={`${testid}-${option.value}`}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
