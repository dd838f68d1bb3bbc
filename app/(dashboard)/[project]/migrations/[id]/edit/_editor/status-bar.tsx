"use client";

import { useTranslations } from "next-intl";
import { Mark } from "@/components/mark";
import type { Remark } from "./findings";
import type { Checked } from "./use-lint";

interface StatusBarProps {
  remarks: Remark[];
  checked: Checked | null;
  cursor: { line: number; column: number };
}

export function StatusBar({ remarks, checked, cursor }: StatusBarProps) {
  const t = useTranslations("editor");
  const count = (meaning: Remark["meaning"]) =>
    remarks.filter((remark) => remark.meaning === meaning && !remark.finding?.ignored).length;
  const shown = (["danger", "warning", "notice"] as const).filter((meaning) => count(meaning) > 0);
  return (
    <div className="status">
      {shown.map((meaning) => (
        <span key={meaning}>
          <Mark meaning={meaning}>{t(`count.${meaning}`, { count: count(meaning) })}</Mark>
        </span>
      ))}
      <span className="gap" />
      {checked && checked.result.statements > 0 ? (
        <span>
          {t("statements", { count: checked.result.statements })}, {t(`runs.${checked.result.transaction}`)}
        </span>
      ) : null}
      <span>{t("place", { line: cursor.line, column: cursor.column })}</span>
      {checked ? <span>{t("sqlFor", { version: checked.result.serverVersion })}</span> : null}
    </div>
  );
}
