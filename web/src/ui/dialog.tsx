/** The browser's own dialog, as a sheet on phones; and a question that resolves to yes or no. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Subject } from "../core/observable";
import { Button } from "./button";
import { useValue } from "./use_value";

interface DialogProps {
  title: string;
  onClose: () => void;
  testid?: string;
  children: ComponentChildren;
}

/** Open while it is in the tree. Escape and a press beside it close it. */
export function Dialog({ title, onClose, testid, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  const closeBeside = (event: MouseEvent) => {
    if (event.target === ref.current) onClose();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same by the browser's own handling (onCancel)
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      data-testid={testid}
      onClick={closeBeside}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="dialog-body">
        <h2 id={titleId}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

interface Question {
  readonly title: string;
  readonly body: string;
  readonly action: string;
  readonly cancel: string;
  readonly danger?: boolean;
  /** Shown between question and buttons. */
  readonly picture?: ComponentChildren;
}

const asked = new Subject<{ question: Question; answer: (yes: boolean) => void } | null>(null);

/** Asks; resolves true only when the owner presses the action. */
export function ask(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    asked.set({
      question,
      answer: (yes) => {
        asked.set(null);
        resolve(yes);
      },
    });
  });
}

/** Stands once in the page and shows what `ask` asks. */
export function QuestionHost() {
  const shown = useValue(asked);
  if (!shown) return null;
  const { question, answer } = shown;
  return (
    <Dialog title={question.title} onClose={() => answer(false)} testid="question">
      <p>{question.body}</p>
      {question.picture}
      <div class="dialog-actions">
        <Button
          kind={question.danger ? "danger" : "primary"}
          testid="question-yes"
          onClick={() => answer(true)}
        >
          {question.action}
        </Button>
        <Button kind="quiet" testid="question-no" onClick={() => answer(false)}>
          {question.cancel}
        </Button>
      </div>
    </Dialog>
  );
}
