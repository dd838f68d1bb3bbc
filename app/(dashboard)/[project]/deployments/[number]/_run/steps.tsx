"use client";

import { useLocale, useTranslations } from "next-intl";
import { memo, type ReactNode, useState } from "react";
import { cn } from "@/components/class-names";
import { formatCount, formatDuration } from "@/components/format";
import { Icon, type IconName } from "@/components/icon";
import { Mark, type Meaning } from "@/components/mark";
import { Section } from "@/components/page";
import { SqlText } from "@/components/sql-text";
import type {
  RunMigrationView,
  RunStepView,
  StepState,
  WaitingView,
} from "@/lib/operations/deployment/views";
import { groupBy } from "@/lib/operations/run/group-by";
import { useLive } from "../_live/live";
import { oneLine } from "./one-line";
import { keptOf } from "./partly";
import { SPEAKING, type Stretch, stretchesOf } from "./stretches";
import { useTick } from "./use-tick";

const looks: Record<StepState, { meaning: Meaning; icon: IconName }> = {
  waiting: { meaning: "neutral", icon: "todo" },
  running: { meaning: "notice", icon: "now" },
  done: { meaning: "safe", icon: "safe" },
  undone: { meaning: "neutral", icon: "undo" },
  failed: { meaning: "danger", icon: "danger" },
  cancelled: { meaning: "neutral", icon: "stop" },
  skipped: { meaning: "neutral", icon: "todo" },
  in_doubt: { meaning: "unknown", icon: "unknown" },
};

/** Beyond so many statements only the migrations that matter now stand open. */
const LONG = 100;

/** Every statement of the run, by migration, ticking. */
export function Steps() {
  const t = useTranslations("deployments");
  const { run } = useLive();
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  if (!run || run.steps.length === 0) return null;
  const long = run.steps.length > LONG;
  const turn = (migration: string) =>
    setTurned(
      (was) =>
        new Set(was.has(migration) ? [...was].filter((one) => one !== migration) : [...was, migration]),
    );
  const byMigration = groupBy(run.steps, (step) => step.migration);
  return (
    <Section title={t("steps.title")} note={long ? t("steps.long") : null}>
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
            {(long ? stretchesOf(run.migrations) : [whole(run.migrations)]).map((stretch) => (
              <Stretched
                key={stretch.migrations[0]?.migration}
                stretch={stretch}
                open={!stretch.folded || turned.has(stretch.outcome)}
                turn={turn}
              >
                {(migration) => (
                  <Migration
                    key={migration.migration}
                    migration={migration}
                    steps={byMigration.get(migration.migration) ?? NO_STEPS}
                    waiting={run.waiting?.migration === migration.migration ? run.waiting : null}
                    open={(long ? SPEAKING.has(migration.outcome) : true) !== turned.has(migration.migration)}
                    turn={long ? turn : null}
                  />
                )}
              </Stretched>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

const NO_STEPS: RunStepView[] = [];
const whole = (migrations: RunMigrationView[]): Stretch => ({
  outcome: "applied",
  migrations,
  folded: false,
});

interface StretchedProps {
  stretch: Stretch;
  open: boolean;
  turn: (outcome: string) => void;
  children: (migration: RunMigrationView) => ReactNode;
}

function Stretched({ stretch, open, turn, children }: StretchedProps) {
  const t = useTranslations("deployments");
  const { outcome, migrations, folded } = stretch;
  return (
    <>
      {folded ? (
        <tr className="group">
          <td colSpan={5}>
            <button type="button" className="turn-row" aria-expanded={open} onClick={() => turn(outcome)}>
              <Icon name="chev" className="turn" />
              <b className="words">{t("steps.migrations", { count: migrations.length })}</b>{" "}
              <span>{t(`outcome.${outcome}`)}</span>
            </button>
          </td>
        </tr>
      ) : null}
      {open ? migrations.map(children) : null}
    </>
  );
}

interface MigrationProps {
  migration: RunMigrationView;
  steps: RunStepView[];
  waiting: WaitingView | null;
  open: boolean;
  /** Opens and closes it; null: it always stands open. */
  turn: ((migration: string) => void) | null;
}

const Migration = memo(function Migration({ migration, steps, waiting, open, turn }: MigrationProps) {
  const uncommitted = migration.outcome === "running" && migration.transaction === "one";
  return (
    <>
      <tr className="group">
        <td colSpan={5}>
          <MigrationHead migration={migration} steps={steps} open={open} turn={turn} />
        </td>
      </tr>
      {open
        ? steps.map((step) => (
            <Step
              key={step.position}
              step={step}
              waiting={waiting?.position === step.position ? waiting : null}
              provisional={uncommitted && step.state === "done"}
            />
          ))
        : null}
    </>
  );
}, isSame);

/** Steps keep their identity while nothing about them changes; the list around them does not. */
function isSame(was: MigrationProps, now: MigrationProps): boolean {
  return (
    was.migration === now.migration &&
    was.waiting === now.waiting &&
    was.open === now.open &&
    (was.turn === null) === (now.turn === null) &&
    was.steps.length === now.steps.length &&
    was.steps.every((step, at) => step === now.steps[at])
  );
}

function MigrationHead({ migration, steps, open, turn }: Omit<MigrationProps, "waiting">) {
  const t = useTranslations("deployments");
  const done = keptOf(migration, steps);
  const outcome =
    done > 0
      ? t(`outcome.partly.${migration.outcome === "failed" ? "failed" : "cancelled"}`, {
          done,
          of: steps.length,
        })
      : t(`outcome.${migration.outcome}`);
  const words = (
    <>
      <b>{migration.migration}</b> <span>{outcome}</span>
    </>
  );
  if (turn === null || steps.length === 0) return words;
  return (
    <button type="button" className="turn-row" aria-expanded={open} onClick={() => turn(migration.migration)}>
      <Icon name="chev" className="turn" />
      {words} <span className="count">{t("steps.count", { count: steps.length })}</span>
    </button>
  );
}

interface StepProps {
  step: RunStepView;
  waiting: WaitingView | null;
  /** Done, but undone again if its transaction does not commit. */
  provisional: boolean;
}

function Step({ step, waiting, provisional }: StepProps) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  const waits = step.state === "running" && waiting !== null;
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
          holders={waiting?.blockers.length ?? 0}
          provisional={provisional}
        />
      </td>
      <td className="num muted" data-l={t("steps.foretold")}>
        {step.foretoldMs === null ? "" : formatDuration(step.foretoldMs, locale)}
      </td>
      <td className="num" data-l={t("steps.actual")}>
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
    return t(provisional ? "steps.rowsProvisional" : "steps.rows", {
      count: step.rows,
      rows: formatCount(step.rows, locale),
    });
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
