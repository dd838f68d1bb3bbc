import { useLocale, useTranslations } from "next-intl";
import { Fragment, type ReactNode } from "react";
import { useFailureText } from "@/components/failure-text";
import { formatBytes, formatDuration } from "@/components/format";
import { Mark } from "@/components/mark";
import { RelativeTime } from "@/components/relative-time";
import { useShortList } from "@/components/short-list";
import { BEFORE_RUN } from "@/lib/core/policy/state-machine";
import type { DeploymentView, RunView, SummaryPart } from "@/lib/operations/deployment/views";
import { CheckProgress } from "./check-progress";

/** The one sentence that says what will happen and for how long what is blocked. */
export function Summary({ view }: { view: DeploymentView }) {
  if (view.summary.length === 0) return <CheckProgress />;
  return (
    <>
      <CheckProgress />
      <p className="lead">
        {view.summary.map((part, index) => (
          <Fragment key={part.kind === "blocks" ? `blocks ${part.relation}` : part.kind}>
            {index > 0 ? " " : null}
            <Part part={part} />
          </Fragment>
        ))}
      </p>
      {view.reason ? <Reason reason={view.reason} /> : null}
      {view.run ? <NotBegun run={view.run} state={view.state} /> : null}
    </>
  );
}

/** Whoever started it and sees a review again is told that nothing was done, and why. */
function NotBegun({ run, state }: { run: RunView; state: DeploymentView["state"] }) {
  const t = useTranslations("deployments");
  const since = run.finishedAt;
  if (since === null || !BEFORE_RUN.includes(state) || !run.log.some((line) => line.code === "run_stale"))
    return null;
  return (
    <p className="mt-2">
      <Mark meaning="warning" className="whitespace-normal">
        {t.rich("summary.notBegun", { at: () => <RelativeTime at={since} /> })}
      </Mark>
    </p>
  );
}

function Reason({ reason }: { reason: string }) {
  const t = useTranslations("deployments");
  return (
    <p className="mt-2 muted">
      {t("summary.reason")} {reason}
    </p>
  );
}

/** The confirmation names every one. */
const MOST_NAMES = 6;

const hot = (text: ReactNode) => <b className="hot">{text}</b>;
const strong = (text: ReactNode) => <b>{text}</b>;

function Part({ part }: { part: SummaryPart }) {
  const t = useTranslations("deployments");
  const say = useFailureText();
  const list = useShortList();
  const locale = useLocale();
  switch (part.kind) {
    case "applies":
      return t(`summary.applies.${part.direction}`, {
        count: part.migrations,
        statements: part.statements,
        done: part.done,
      });
    case "blocks": {
      const serious = part.what === "reads_and_writes" && (part.rewrite || (part.durationMs ?? 0) >= 1000);
      return t.rich(part.durationMs === null ? "summary.blocksUntimed" : "summary.blocks", {
        hot: serious ? hot : strong,
        b: strong,
        what: t(`blocks.${part.what}`),
        relation: part.relation,
        times: part.times,
        time: part.durationMs === null ? "" : formatDuration(part.durationMs, locale),
        rewrite: part.rewrite ? "yes" : "no",
        size: part.bytes === null ? "" : ` (${formatBytes(part.bytes, locale)})`,
      });
    }
    case "blocks_nothing":
      return t("summary.blocksNothing");
    case "destroys":
      return t.rich("summary.destroys", { hot, names: list(part.names, MOST_NAMES) });
    case "rollback":
      return part.proven
        ? t("summary.rollbackProven")
        : t.rich(`summary.rollback.${part.reason}`, { b: strong });
    case "backup":
      return t("summary.backup", {
        time: formatDuration(part.seconds * 1000, locale),
        size: formatBytes(part.bytes, locale),
        test: part.testRestore ? "yes" : "no",
      });
    case "not_tried":
      return t.rich("summary.notTried", { b: strong, message: say(part).message });
    case "fails":
      return (
        <>
          {t.rich("summary.fails", { hot, message: part.failure.message })}{" "}
          {part.lacks.map((extension) => t("summary.lacks", { extension })).join(" ")}
        </>
      );
    case "problems":
      return t.rich("summary.problems", { hot, count: part.count });
  }
}
