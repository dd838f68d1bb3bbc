"use client";

import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";
import DiffViewer, { DiffMethod } from "react-diff-viewer-continued";
import { colorSql } from "@/components/sql-text";

// Both themes take the same names: the tokens know which one it is.
const variables = {
  diffViewerBackground: "var(--surface)",
  diffViewerColor: "var(--text)",
  diffViewerTitleBackground: "var(--sunken)",
  diffViewerTitleColor: "var(--muted)",
  diffViewerTitleBorderColor: "var(--border)",
  addedBackground: "var(--ins)",
  addedColor: "var(--text)",
  removedBackground: "var(--del)",
  removedColor: "var(--text)",
  wordAddedBackground: "color-mix(in oklab, var(--ins-mark) 22%, transparent)",
  wordRemovedBackground: "color-mix(in oklab, var(--del-mark) 22%, transparent)",
  addedGutterBackground: "var(--ins)",
  removedGutterBackground: "var(--del)",
  gutterBackground: "var(--surface)",
  gutterBackgroundDark: "var(--surface)",
  highlightBackground: "var(--hover)",
  highlightGutterBackground: "var(--hover)",
  codeFoldGutterBackground: "var(--sunken)",
  codeFoldBackground: "var(--sunken)",
  emptyLineBackground: "var(--sunken)",
  gutterColor: "var(--muted)",
  addedGutterColor: "var(--ins-mark)",
  removedGutterColor: "var(--del-mark)",
  codeFoldContentColor: "var(--muted)",
};

const styles = {
  variables: { light: variables, dark: variables },
  diffContainer: {
    fontSize: 12,
    lineHeight: "20px",
    minWidth: 0,
    tableLayout: "fixed" as const,
    pre: { lineHeight: "20px" },
  },
  contentText: {
    fontFamily: "var(--font-mono)",
    fontVariantLigatures: "none",
    lineHeight: "20px !important",
    wordBreak: "normal" as const,
    overflowWrap: "anywhere" as const,
  },
  lineNumber: { fontSize: 12 },
  gutter: { minWidth: 40, padding: "0 8px", opacity: 1, pre: { opacity: 1 } },
  titleBlock: {
    padding: "6px 12px",
    fontSize: 12,
    lineHeight: "20px",
    pre: { fontFamily: "var(--font-sans)" },
  },
  codeFold: { height: 32 },
  codeFoldContent: { fontSize: 12 },
  marker: { width: 20, padding: "0 4px" },
};

/** Side by side where there is room, below each other where not. */
export function SchemaDiff({ before, after, whole }: { before: string; after: string; whole: boolean }) {
  const t = useTranslations("deployments");
  const wide = useWide();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div className="schema-diff" tabIndex={0} role="group" aria-label={t("tabs.schema")}>
      <DiffViewer
        oldValue={before}
        newValue={after}
        splitView={wide}
        showDiffOnly={!whole}
        extraLinesSurroundingDiff={3}
        compareMethod={DiffMethod.WORDS_WITH_SPACE}
        renderContent={(source) => <>{colorSql(source ?? "")}</>}
        codeFoldMessageRenderer={(lines) => <>{t("schema.folded", { count: lines })}</>}
        leftTitle={wide ? t("schema.before") : t("schema.beforeAfter")}
        {...(wide ? { rightTitle: t("schema.after") } : {})}
        styles={styles}
        hideSummary
        disableWorker
      />
    </div>
  );
}

function useWide(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = matchMedia("(min-width: 900px)");
      query.addEventListener("change", changed);
      return () => query.removeEventListener("change", changed);
    },
    () => matchMedia("(min-width: 900px)").matches,
    () => true,
  );
}
