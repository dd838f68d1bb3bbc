"use client";

import { useTranslations } from "next-intl";
import DiffViewer, { DiffMethod } from "react-diff-viewer-continued";
import { diffStyles } from "@/components/comparison/diff-styles";
import { colorSql } from "@/components/sql-text";
import { useWide } from "@/components/use-wide";

/** Side by side where there is room, below each other where not. */
export function SchemaDiff({ before, after, whole }: { before: string; after: string; whole: boolean }) {
  const t = useTranslations("deployments");
  const wide = useWide(900);
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
        styles={diffStyles}
        hideSummary
        disableWorker
      />
    </div>
  );
}
