"use client";

import { useLocale, useTranslations } from "next-intl";
import { cn } from "@/components/class-names";
import { formatCount, formatDuration } from "@/components/format";
import { Icon, type IconName } from "@/components/icon";
import { Mark, type Meaning } from "@/components/mark";
import { Section } from "@/components/page";
import { SqlText } from "@/components/sql-text";
import type { PlannedMigration } from "@/lib/core/run/types";
import type { RunMigrationView, RunStepView, RunView, StepState } from "@/lib/operations/deployment/views";
import { useLive } from "../_live/live";
import { useTick } from "./use-tick";

const looks: Record<StepState, { meaning: Meaning; icon: IconName }> = {
  waiting: { meaning: "neutral", icon: "todo" },
  running: { meaning: "notice", icon: "now" },
  done: { meaning: "safe", icon: "safe" },
  undone: { meaning: "neutral", icon: "undo" },
  failed: { meaning: "danger", icon: "danger" },
  skipped: { meaning: "neutral", icon: "todo" },
  in_doubt: { meaning: "unknown", icon: "unknown" },
};

/** Every statement of the run, by migration, ticking. */
export function Steps({ transactions }: { transactions: Record<string, PlannedMigration["transaction"]> }) {
  const t = useTranslations("deployments");
  const { run } = useLive();
  if (!run || run.steps.length === 0) return null;
  return (
    <Section title={t("steps.title")}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways on a phone must be reachable by keyboard. */}
      <div className="panel" tabIndex={0} role="group" aria-label={t("steps.title")}>
        <table className="tbl steps fixed-cols">
          <colgroup>
            <col style={{ width: 40 }} />
            <col />
            <col style={{ width: 236 }} />
            <col style={{ width: 128 }} />
            <col style={{ width: 112 }} />
          </colgroup>
          <thead>
            <tr>
              <th scope="col">
                <span className="sr-only">{t("steps.outcome")}</span>
              </th>
              <th scope="col">{t("steps.step")}</th>
              <th scope="col">{t("steps.state")}</th>
              <th scope="col" className="num">
                {t("steps.foretold")}
              </th>
              <th scope="col" className="num">
                {t("steps.actual")}
              </th>
            </tr>
          </thead>
          <tbody>
            {run.migrations.map((migration) => (
              <Migration
                key={migration.migration}
                migration={migration}
                run={run}
                transaction={transactions[migration.migration] ?? "one"}
              />
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

interface MigrationProps {
  migration: RunMigrationView;
  run: RunView;
  transaction: PlannedMigration["transaction"];
}

function Migration({ migration, run, transaction }: MigrationProps) {
  const t = useTranslations("deployments");
  const steps = run.steps.filter((step) => step.migration === migration.migration);
  const open = migration.outcome === "running" && transaction === "one";
  return (
    <>
      <tr className="group">
        <td colSpan={5}>
          <b>{migration.migration}</b> &nbsp;{t(`outcome.${migration.outcome}`)}
        </td>
      </tr>
      {steps.map((step) => (
        <Step key={step.position} step={step} run={run} provisional={open && step.state === "done"} />
      ))}
    </>
  );
}

/** `provisional`: done, but undone again if its transaction does not commit. */
function Step({ step, run, provisional }: { step: RunStepView; run: RunView; provisional: boolean }) {
  const locale = useLocale();
  const waits = step.state === "running" && run.waiting?.position === step.position;
  const look = provisional ? { meaning: "neutral" as const, icon: "check" as const } : looks[step.state];
  const rowClass =
    step.state === "running"
      ? "now"
      : step.state === "waiting" || step.state === "skipped"
        ? "todo"
        : undefined;
  return (
    <tr className={rowClass}>
      <td className={waits ? "warning" : look.meaning}>
        <Icon name={look.icon} />
      </td>
      <td className="name" title={step.sql}>
        {step.position} &nbsp;
        <SqlText sql={oneLine(step.sql)} />
      </td>
      <td>
        <StateWords
          step={step}
          waits={waits}
          holders={run.waiting?.blockers.length ?? 0}
          provisional={provisional}
        />
      </td>
      <td className="num muted">{step.foretoldMs === null ? "" : formatDuration(step.foretoldMs, locale)}</td>
      <td className="num">
        <Actual step={step} />
      </td>
    </tr>
  );
}

function StateWords({
  step,
  waits,
  holders,
  provisional,
}: {
  step: RunStepView;
  waits: boolean;
  holders: number;
  provisional: boolean;
}) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  if (waits) return <Mark meaning="warning">{t("steps.waitsFor", { count: holders })}</Mark>;
  if (step.state === "waiting") return <span className="sr-only">{t("steps.states.waiting")}</span>;
  if (step.state === "done" && step.rows !== null && step.rows > 0) {
    return t(provisional ? "steps.rowsProvisional" : "steps.rows", { rows: formatCount(step.rows, locale) });
  }
  return (
    <span className={cn(step.state === "failed" && "text-danger")}>
      {t(provisional ? "steps.provisional" : `steps.states.${step.state}`)}
    </span>
  );
}

function Actual({ step }: { step: RunStepView }) {
  const locale = useLocale();
  const now = useTick(step.state === "running");
  if (step.durationMs !== null) return formatDuration(step.durationMs, locale);
  if (step.state !== "running" || !step.startedAt) return null;
  const seconds = Math.max(0, Math.floor((now - Date.parse(step.startedAt)) / 1000));
  return <span suppressHydrationWarning>{formatDuration(seconds * 1000, locale)}</span>;
}

function oneLine(sql: string): string {
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}
