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
  placeholder?: string;
  maxLength?: number;
  autoFocus?: boolean;
  disabled?: boolean;
  testid?: string;
}

export function TextField(props: TextFieldProps) {
  const id = useId();
  const { label, value, onValue, note, error, code = false } = props;
  const described = [note ? `${id}-note` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        class={code ? "input input-code" : "input"}
        value={value}
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        disabled={props.disabled}
        autocomplete="off"
        autocapitalize={code ? "characters" : "words"}
        spellcheck={false}
        aria-invalid={Boolean(error)}
        aria-describedby={described || undefined}
        data-testid={props.testid}
        ref={(element) => {
          if (props.autoFocus && element && !element.dataset.focused) {
            element.dataset.focused = "yes";
            element.focus();
          }
        }}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
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
