import Link from "next/link";
import { useTranslations } from "next-intl";
import { Mark } from "@/components/mark";
import { useOwnWords } from "@/components/own-words";
import type { LintResult } from "@/lib/operations/migration/views";
import { useFindingText } from "./finding-text";

/** What is wrong with the up script and what it risks, line by line. `edit`: where each can be mended. */
export function FindingsList({ lint, edit }: { lint: LintResult; edit: string | null }) {
  const t = useTranslations("migrations");
  const textOf = useFindingText();
  const say = useOwnWords();
  if (lint.problems.length + lint.findings.length === 0) {
    return (
      <p className="quiet-safe">
        <Mark meaning="safe">{lint.statements === 0 ? t("detail.empty") : t("detail.nothingFound")}</Mark>
      </p>
    );
  }
  const at = (line: number) =>
    edit ? (
      <Link className="link" href={`${edit}?line=${line}`}>
        {t("detail.line", { line })}
      </Link>
    ) : (
      <span className="muted">{t("detail.line", { line })}</span>
    );
  return (
    <ul className="panel finding-lines">
      {lint.problems.map((problem) => (
        <li key={`${problem.line}:${problem.column}:${problem.message}`}>
          <Mark meaning="danger">{t("detail.refused")}</Mark>
          <span>
            <b>{say(problem.message)}</b>
            {problem.hint ? <span className="second">{say(problem.hint)}</span> : null}
          </span>
          {at(problem.line)}
        </li>
      ))}
      {lint.findings.map((finding) => {
        const text = textOf(finding);
        return (
          <li key={`${finding.code}:${finding.line}:${finding.column}`}>
            {finding.ignored ? (
              <Mark meaning="neutral">{t("detail.ignored")}</Mark>
            ) : (
              <Mark meaning={finding.severity} />
            )}
            <span>
              <b>{text.title}</b>
              <span className="second">{finding.ignored ? finding.ignored.reason : text.message}</span>
              {text.suggestion && !finding.ignored ? <span className="second">{text.suggestion}</span> : null}
            </span>
            {at(finding.line)}
          </li>
        );
      })}
    </ul>
  );
}
