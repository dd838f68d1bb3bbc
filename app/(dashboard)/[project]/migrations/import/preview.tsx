"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { DataTable } from "@/components/data-table";
import { Mark, type Meaning } from "@/components/mark";
import { useOwnWords } from "@/components/own-words";
import { Section } from "@/components/page";
import { EmptyState } from "@/components/states";
import type { ImportItem, ImportPlan, ImportProblem } from "@/lib/operations/migration/import-plan";

const MEANINGS: Record<ImportItem["action"], Meaning> = {
  create: "safe",
  update: "notice",
  same: "neutral",
  differs: "warning",
  refused: "danger",
};

/** Rows and problems beyond these are told by number: a browser should not hold ten thousand. */
const MOST = 500;

/** What an import would do, and what is wrong at which line. `children`: the choices and the button. */
export function Preview({
  plan,
  skipRefused,
  children,
}: {
  plan: ImportPlan;
  skipRefused: boolean;
  children: ReactNode;
}) {
  const t = useTranslations("migrations");
  const errors = plan.problems.filter((problem) => problem.level === "error");
  const warnings = plan.problems.filter((problem) => problem.level === "warning");
  const several = new Set(plan.items.map((item) => item.service)).size > 1;
  const idle = plan.items.length > 0 && plan.items.every((item) => item.action === "same");
  if (plan.items.length === 0 && errors.length === 0) {
    return (
      <>
        <div className="sec">
          <EmptyState title={t("import.noMigration")} text={t("import.layouts")} />
        </div>
        <Problems title={t("import.warnings")} problems={warnings} meaning="notice" />
      </>
    );
  }
  return (
    <>
      <Problems title={t("import.problems")} problems={errors} meaning={skipRefused ? "warning" : "danger"} />
      <Section title={t("import.preview")} note={<Counts items={plan.items} />}>
        <div className="form import-options">{children}</div>
        {idle ? <p className="muted">{t("import.nothingToDo")}</p> : null}
        <DataTable
          caption={t("import.preview")}
          rows={plan.items.slice(0, MOST)}
          rowKey={(item) => `${item.service}/${item.filename}`}
          columns={[
            {
              key: "file",
              header: t("import.file"),
              cell: (item) => (
                <>
                  <code>{item.filename}</code>
                  {several ? <span className="second">{item.service}</span> : null}
                </>
              ),
            },
            {
              key: "what",
              header: t("import.what"),
              width: "260px",
              cell: (item) => (
                <>
                  <Mark meaning={MEANINGS[item.action]} icon={item.action === "same" ? "check" : undefined}>
                    {t(`import.action.${item.action}`)}
                  </Mark>
                  {item.appliedOn.length > 0 ? (
                    <span className="second">
                      {t("import.appliedOn", { environments: item.appliedOn.join(", ") })}
                    </span>
                  ) : null}
                </>
              ),
            },
            {
              key: "statements",
              header: t("import.statements"),
              num: true,
              width: "110px",
              phoneLabel: t("import.statements"),
              // Of a script that cannot be read there is no number.
              cell: (item) => (item.action === "refused" ? "–" : item.statements),
            },
            {
              key: "down",
              header: t("import.down"),
              width: "80px",
              phoneLabel: t("import.down"),
              cell: (item) => (item.hasDown ? t("import.yes") : t("import.no")),
            },
          ]}
        />
        {plan.items.length > MOST ? (
          <p className="muted">{t("import.more", { count: plan.items.length - MOST })}</p>
        ) : null}
      </Section>
      <Problems title={t("import.warnings")} problems={warnings} meaning="notice" />
    </>
  );
}

function Counts({ items }: { items: ImportItem[] }) {
  const t = useTranslations("migrations");
  const actions = (["create", "update", "same", "differs", "refused"] as const)
    .map((action) => ({ action, count: items.filter((item) => item.action === action).length }))
    .filter(({ count }) => count > 0);
  return actions.map(({ action, count }) => t(`import.counted.${action}`, { count })).join(", ");
}

function Problems({
  title,
  problems,
  meaning,
}: {
  title: string;
  problems: ImportProblem[];
  meaning: Meaning;
}) {
  const t = useTranslations("migrations");
  const say = useOwnWords();
  if (problems.length === 0) return null;
  const shown = problems.slice(0, 50);
  return (
    <Section title={title} note={problems.length}>
      <ul className="panel finding-lines">
        {shown.map((problem) => (
          <li key={`${problem.file}:${problem.line}:${problem.column}:${problem.message}`}>
            <Mark meaning={meaning}>{meaning === "notice" ? undefined : t("detail.refused")}</Mark>
            <span>
              <b>{say(problem.message)}</b>
              {problem.hint ? <span className="second">{say(problem.hint)}</span> : null}
            </span>
            <code>
              {problem.line === null
                ? problem.file
                : t(problem.column === null ? "import.problemAt" : "import.problemAtColumn", {
                    file: problem.file,
                    line: problem.line,
                    column: problem.column ?? 0,
                  })}
            </code>
          </li>
        ))}
        {problems.length > shown.length ? (
          <li className="muted">{t("import.more", { count: problems.length - shown.length })}</li>
        ) : null}
      </ul>
    </Section>
  );
}
