import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** The classes of components/sql-text, so that reading and writing look the same in both themes. */
const highlight = HighlightStyle.define([
  { tag: tags.keyword, class: "sql-k" },
  { tag: [tags.string, tags.special(tags.string)], class: "sql-s" },
  { tag: tags.typeName, class: "sql-t" },
  { tag: tags.comment, class: "sql-c" },
]);

/** Colours come from the tokens only, which change with the theme by themselves. */
const theme = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--text)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--font-mono)",
    lineHeight: "22px",
    fontVariantLigatures: "none",
    overflow: "auto",
  },
  ".cm-content": { padding: "8px 0", caretColor: "var(--accent-solid)" },
  ".cm-line": { padding: "0 24px 0 0" },
  ".cm-cursor": { borderLeft: "2px solid var(--accent-solid)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in oklab, var(--hover) 70%, transparent)" },
  ".cm-gutters": { backgroundColor: "var(--surface)", border: "0", color: "var(--muted)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--hover)", color: "var(--text)" },
  ".cm-lineNumbers": { minWidth: "32px" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 12px 0 0", minWidth: "32px", fontSize: "12px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in oklab, var(--accent-solid) 24%, transparent)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--accent-tint)",
    outline: "1px solid var(--accent)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--accent-tint)" },
  ".cm-placeholder": { color: "var(--muted)" },
  ".cm-tooltip": {
    border: "1px solid var(--border)",
    borderRadius: "var(--radius)",
    backgroundColor: "var(--raised)",
    boxShadow: "var(--shadow)",
    color: "var(--text)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--font-mono)",
    fontSize: "12px",
    lineHeight: "20px",
    maxHeight: "15em",
    padding: "4px",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "2px 8px", borderRadius: "var(--radius-s)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent-tint)",
    color: "var(--text)",
  },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600", color: "var(--accent)" },
  ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal", marginLeft: "16px" },
  ".cm-panels": { backgroundColor: "var(--background)", color: "var(--text)", borderColor: "var(--border)" },
  ".cm-panel input": {
    backgroundColor: "var(--surface)",
    border: "1px solid var(--border-control)",
    borderRadius: "var(--radius-s)",
  },
  ".cm-panel button": {
    background: "var(--surface)",
    border: "1px solid var(--border-control)",
    borderRadius: "var(--radius-s)",
  },
});

export const sqlLook: Extension = [theme, syntaxHighlighting(highlight)];
