"use client";

import { useTranslations } from "next-intl";
import { cn } from "@/components/class-names";
import { Kbd } from "@/components/kbd";
import { Mark } from "@/components/mark";
import { useOwnWords } from "@/components/own-words";
import { colorSql } from "@/components/sql-text";
import { Button } from "@/components/ui/button";
import { useFindingText } from "../../_components/finding-text";
import { type Remark, toFix } from "./findings";
import type { Checked } from "./use-lint";

interface FindingCardProps {
  remark: Remark;
  checked: Checked;
  position: number;
  of: number;
  mayWrite: boolean;
  onFix: () => void;
  onIgnore: () => void;
}

/** What a finding means and what to write instead, below its statement. */
export function FindingCard({ remark, checked, position, of, mayWrite, onFix, onIgnore }: FindingCardProps) {
  const t = useTranslations("editor");
  const textOf = useFindingText();
  const say = useOwnWords();
  const { finding, problem } = remark;
  const text = finding
    ? textOf(finding)
    : { title: say(problem?.message ?? ""), message: say(problem?.hint ?? ""), suggestion: undefined };
  const fix = finding && !finding.ignored ? toFix(checked, finding) : null;
  return (
    <div className={cn("inline-finding", remark.meaning)} role="note" aria-label={text.title}>
      <div className="txt">
        <Mark meaning={remark.meaning}>{problem ? t("refused") : undefined}</Mark>{" "}
        <b className="strong">{text.title}</b>
        {text.message ? <p>{text.message}</p> : null}
        {text.suggestion ? <p>{text.suggestion}</p> : null}
        {finding?.ignored ? (
          <p className="muted">{t("ignoredBecause", { reason: finding.ignored.reason })}</p>
        ) : null}
      </div>
      {fix ? (
        <FixDiff checked={checked} from={fix.from} to={fix.to} insert={fix.insert} own={fix.own} />
      ) : null}
      <div className="fix-bar">
        <span>{t("position", { position, of })}</span>
        <span className="flex-1" />
        {finding && !finding.ignored && mayWrite ? (
          <Button variant="quiet" size="small" onClick={onIgnore}>
            {t("ignore")}
          </Button>
        ) : null}
        {fix && mayWrite ? (
          <Button size="small" onClick={onFix}>
            {fix.own === null ? t("useSafeForm") : t("moveOut")} <Kbd>Ctrl .</Kbd>
          </Button>
        ) : null}
      </div>
    </div>
  );
}

interface FixDiffProps {
  checked: Checked;
  from: number;
  to: number;
  insert: string;
  own: string | null;
}

function FixDiff({ checked, from, to, insert, own }: FixDiffProps) {
  const t = useTranslations("editor");
  const first = checked.script.slice(0, from).split("\n").length;
  const gone = checked.script.slice(from, to).trimEnd().split("\n");
  const come = (own ?? insert).trimEnd().split("\n");
  return (
    <div className="diff" role="group" aria-label={t("fixDiff")}>
      {gone.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are their numbers
        <div key={index} className="del">
          <span>{first + index}</span>
          <span>−</span>
          <span>{colorSql(line)}</span>
        </div>
      ))}
      {own === null ? null : (
        <div className="add">
          <span />
          <span>+</span>
          <span className="sql-c">-- {t("newMigration")}</span>
        </div>
      )}
      {come.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are their numbers
        <div key={index} className="add">
          <span />
          <span>+</span>
          <span>{colorSql(line)}</span>
        </div>
      ))}
    </div>
  );
}
