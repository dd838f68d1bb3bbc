"use client";

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentUnit } from "@codemirror/language";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import {
  type Command,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  type KeyBinding,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { type Names, sqlLanguage } from "./completion";
import { sqlLook } from "./look";
import { setCard, setMarks, type TextMark, textMarks } from "./marks";

export type { Names } from "./completion";
export type { TextMark } from "./marks";

/** What the page may ask of the editor. */
export interface SqlEditorHandle {
  focus(): void;
  /** The cursor to the beginning of a line, in sight. */
  goToLine(line: number): void;
  /** Replaces a part, as one step that can be undone. */
  replace(from: number, to: number, text: string): void;
  selection(): { from: number; to: number };
}

export interface SqlEditorProps {
  ref?: Ref<SqlEditorHandle>;
  value: string;
  onChange?: (value: string) => void;
  /** For screen readers. */
  label: string;
  readOnly?: boolean;
  names?: readonly Names[];
  marks?: readonly TextMark[];
  /** Stands below the line that holds `at`. */
  card?: { at: number; host: HTMLElement } | null;
  placeholder?: string;
  onCursor?: (place: { line: number; column: number; offset: number; typed: boolean }) => void;
  onSign?: (offset: number) => void;
  /** Keys of the page, before the editor's own. */
  keys?: readonly KeyBinding[];
  /** Tab moves on instead of indenting. */
  tabMovesOn?: boolean;
}

const NO_NAMES: readonly Names[] = [];
const NO_MARKS: readonly TextMark[] = [];

/** CodeMirror for PostgreSQL, dressed in the tokens. Load it with next/dynamic and `ssr: false`. */
export function SqlEditor(props: SqlEditorProps) {
  const { value, label, readOnly = false, names = NO_NAMES, marks = NO_MARKS, card = null } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const now = useRef(props);
  now.current = props;
  const parts = useRef({ language: new Compartment(), access: new Compartment(), keys: new Compartment() });

  useEffect(() => {
    if (!host.current) return;
    const { language, access, keys } = parts.current;
    const first = now.current;
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: first.value,
        extensions: [
          keys.of(bind(first.keys)),
          textMarks((offset) => now.current.onSign?.(offset)),
          lineNumbers(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          bracketMatching(),
          closeBrackets(),
          // Its pictures are letters that not every machine has.
          autocompletion({ icons: false }),
          indentUnit.of("  "),
          keymap.of([
            ...closeBracketsKeymap,
            ...completionKeymap,
            ...defaultKeymap,
            ...historyKeymap,
            ...(first.tabMovesOn ? [] : [indentWithTab]),
          ]),
          language.of(sqlLanguage(first.names ?? NO_NAMES)),
          access.of(labelled(first.label, first.readOnly ?? false)),
          ...(first.placeholder ? [placeholder(first.placeholder)] : []),
          sqlLook,
          EditorView.updateListener.of((update) => {
            if (update.docChanged) now.current.onChange?.(update.state.doc.toString());
            if (update.docChanged || update.selectionSet)
              tellCursor(update.state, update.docChanged, now.current.onCursor);
          }),
        ],
      }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, []);

  // A text from elsewhere (a fix, their version, a template) replaces ours as one step that can be undone.
  useEffect(() => {
    const made = view.current;
    if (!made || made.state.doc.toString() === value) return;
    made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    view.current?.dispatch({ effects: parts.current.language.reconfigure(sqlLanguage(names)) });
  }, [names]);

  useEffect(() => {
    view.current?.dispatch({ effects: parts.current.access.reconfigure(labelled(label, readOnly)) });
  }, [label, readOnly]);

  const { keys } = props;
  useEffect(() => {
    view.current?.dispatch({ effects: parts.current.keys.reconfigure(bind(keys)) });
  }, [keys]);

  useEffect(() => {
    view.current?.dispatch({ effects: setMarks.of(marks) });
  }, [marks]);

  useEffect(() => {
    const made = view.current;
    if (!made) return;
    made.dispatch({ effects: setCard.of(card) });
    if (!card) return;
    // What is inside the card grows and shrinks by itself; the editor has to measure it again.
    const watch = new ResizeObserver(() => made.requestMeasure());
    watch.observe(card.host);
    return () => watch.disconnect();
  }, [card]);

  useImperativeHandle(
    props.ref,
    () => ({
      focus: () => view.current?.focus(),
      goToLine(line) {
        const made = view.current;
        if (!made) return;
        const at = made.state.doc.line(Math.min(Math.max(1, line), made.state.doc.lines)).from;
        made.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
        made.focus();
      },
      replace(from, to, text) {
        const made = view.current;
        if (!made) return;
        const end = made.state.doc.length;
        made.dispatch({
          changes: { from: Math.min(from, end), to: Math.min(to, end), insert: text },
          selection: { anchor: Math.min(from, end) },
          userEvent: "input.fix",
        });
        made.focus();
      },
      selection: () => {
        const main = view.current?.state.selection.main;
        return { from: main?.from ?? 0, to: main?.to ?? 0 };
      },
    }),
    [],
  );

  return <div ref={host} className="sql-editor" />;
}

/** What a key starts is to be seen: proposals that stand open close. */
function bind(keys: readonly KeyBinding[] | undefined) {
  const closing = (run: Command): Command => {
    return (view) => {
      closeCompletion(view);
      return run(view);
    };
  };
  const bound = (keys ?? []).map((key) => (key.run ? { ...key, run: closing(key.run) } : key));
  return Prec.highest(keymap.of(bound));
}

function labelled(label: string, readOnly: boolean) {
  return [
    EditorState.readOnly.of(readOnly),
    EditorView.contentAttributes.of({
      "aria-label": label,
      // Said outright: a region that scrolls must hold something that the keyboard reaches.
      tabindex: "0",
      ...(readOnly ? { "aria-readonly": "true" } : {}),
    }),
  ];
}

function tellCursor(state: EditorState, typed: boolean, tell: SqlEditorProps["onCursor"]): void {
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  tell?.({ line: line.number, column: head - line.from + 1, offset: head, typed });
}
