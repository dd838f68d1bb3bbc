"use client";

import DiffViewer, { DiffMethod } from "react-diff-viewer-continued";
import { colorSql } from "@/components/sql-text";
import { useWide } from "@/components/use-wide";
import { diffStyles } from "./diff-styles";

/** Side by side where there is room, below each other where not. */
export function DrawnDiff({
  before,
  after,
  titles,
}: {
  before: string;
  after: string;
  titles: [string, string];
}) {
  const wide = useWide(1000);
  return (
    <DiffViewer
      oldValue={before}
      newValue={after}
      splitView={wide}
      showDiffOnly={false}
      compareMethod={DiffMethod.WORDS_WITH_SPACE}
      renderContent={(source) => <>{colorSql(source ?? "")}</>}
      leftTitle={wide ? titles[0] : titles.join(" → ")}
      {...(wide ? { rightTitle: titles[1] } : {})}
      styles={diffStyles}
      hideSummary
      disableWorker
    />
  );
}
