"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Mark } from "@/components/mark";
import { useOwnWords } from "@/components/own-words";
import { EmptyState, Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import type { PlannedMigration } from "@/lib/core/run/types";
import type { UnsavedText } from "@/lib/operations/deployment/unsaved-texts";
import { OutOfOrder } from "../_components/out-of-order";

export interface PlanView {
  migrations: PlannedMigration[];
  problems: { code: string; message: string; filename?: string }[];
  fromVersion: string | null;
  toVersion: string | null;
  drafts: { filename: string; version: string; name: string }[];
  unsaved: UnsavedText[];
}

/** What would be applied, in order, and what stands in the way. */
export function Plan({ project, targetId, plan }: { project: string; targetId: string; plan: PlanView }) {
  const t = useTranslations("deployments");
  const say = useOwnWords();
  if (plan.migrations.length === 0 && plan.problems.length === 0) {
    if (plan.drafts.length > 0)
      return <EmptyState title={t("new.onlyDrafts")} text={t("new.chooseDrafts")} />;
    return (
      <EmptyState
        title={t("new.upToDate")}
        text={
          plan.fromVersion === null
            ? t("new.nothingThere")
            : t("new.upToDateText", { version: plan.fromVersion })
        }
      />
    );
  }
  return (
    <>
      {plan.problems.length > 0 ? (
        <ul className="panel proof mb-3">
          {plan.problems.map((problem) => (
            <li key={`${problem.code} ${problem.message}`} className="danger">
              <Mark meaning="danger">
                <span className="sr-only">{t("new.problem")}</span>
              </Mark>
              <span>{say(problem.message)}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {plan.fromVersion === null ? (
        <p className="muted mb-3">
          {t("new.nothingYet")}{" "}
          <Link className="link" href={`/${project}/baseline/${targetId}`}>
            {t("new.baseline")}
          </Link>
        </p>
      ) : null}
      {plan.unsaved.map((text) => (
        <Unsaved key={text.migrationId} project={project} text={text} />
      ))}
      {plan.migrations.length > 0 ? (
        <div className="panel">
          <table className="tbl list">
            <thead>
              <tr>
                <th scope="col">{t("new.migration")}</th>
                <th scope="col">{t("new.transaction")}</th>
              </tr>
            </thead>
            <tbody>
              {plan.migrations.map((migration) => (
                <tr key={migration.filename}>
                  <td>
                    <code className="wrap-anywhere">{migration.filename}</code>
                  </td>
                  <td className="muted">
                    {t(`transaction.${migration.transaction}`)}
                    <OutOfOrder migration={migration} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </>
  );
}

/** The saved text is what goes; somebody may believe that what stands in their editor does. */
function Unsaved({ project, text }: { project: string; text: UnsavedText }) {
  const t = useTranslations("deployments");
  const values = { filename: text.filename, code: (chunks: ReactNode) => <code>{chunks}</code> };
  return (
    <Note
      meaning="warning"
      action={
        text.mine ? (
          <Button asChild size="small">
            <Link href={`/${project}/migrations/${text.migrationId}/edit`}>{t("new.openEditor")}</Link>
          </Button>
        ) : null
      }
    >
      {text.mine
        ? t.rich("new.unsavedMine", values)
        : t.rich("new.unsavedOf", {
            ...values,
            name: text.others[0] ?? "",
            others: text.others.length - 1,
          })}
    </Note>
  );
}

export function PlanLoading() {
  const t = useTranslations("common");
  return (
    <div className="panel" role="status" aria-busy="true">
      <span className="sr-only">{t("loading")}</span>
      {[280, 320, 240].map((width) => (
        <div key={width} className="px-3 py-[11px] border-b border-border-soft">
          <Skeleton width={width} />
        </div>
      ))}
    </div>
  );
}
