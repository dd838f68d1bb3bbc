import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Avatar } from "@/components/avatar";
import { formatDuration } from "@/components/format";
import { Icon } from "@/components/icon";
import { Mark } from "@/components/mark";
import { ClockTime, RelativeTime } from "@/components/relative-time";
import type { DryRun } from "@/lib/core/run/types";
import type { DeploymentView } from "@/lib/operations/deployment/views";
import { StateMark } from "../../_components/state-mark";
import { RunProgress } from "../_run/run-progress";
import { DoCard } from "./do-card";
import { editorHref } from "./links";
import { Requirements } from "./requirements";

/** State, approvals and the one next action; on a phone the action becomes a bar at the bottom. */
export function Aside({ view, running }: { view: DeploymentView; running: boolean }) {
  const t = useTranslations("deployments");
  return (
    <aside className="aside" aria-label={t("aside.label")}>
      <div className="aside-in">
        <DoCard
          place={{
            slug: view.project.slug,
            id: view.id,
            number: view.number,
            environment: view.environment.name,
            promoteTo: view.promoteTo?.environment.name ?? null,
          }}
          direction={view.direction}
          migrations={view.plan.length}
          bound={view.bound?.hash ?? ""}
          actions={view.actions}
          askers={view.approvals.decisions
            .filter(({ current, decision }) => current && decision === "changes_requested")
            .map(({ person }) => person.label)}
          editor={
            view.role === "viewer"
              ? null
              : editorHref(view.project.slug, view.service.name, view.plan[0]?.filename ?? "")
          }
          before={runsBefore(view)}
        />
        {running ? <RunProgress /> : null}
        {running ? <WayBack view={view} /> : null}
        {view.approvals.needed > 0 || view.approvals.decisions.length > 0 ? <Approvals view={view} /> : null}
        {running ? null : <Requirements requirements={view.requirements} />}
        {view.bound && !running ? <Bound view={view} /> : null}
        {view.runs.length > 1 ? <Attempts view={view} /> : null}
        {view.descendants.length > 0 ? <Descendants view={view} /> : null}
      </div>
    </aside>
  );
}

/** The environment before, where that it did not run there is all that is wrong. */
function runsBefore(view: DeploymentView): { environment: string; href: string } | null {
  const params = view.requirements.find(({ key }) => key === "previous")?.params;
  const fails = view.requirements.some(({ key, state }) => key === "tried" && state === "unmet");
  if (!params?.targetId || fails || !view.problems.every(({ code }) => code === "previous_missing"))
    return null;
  const to = view.plan.at(-1)?.filename ?? "";
  const query = new URLSearchParams({ target: String(params.targetId), to });
  return {
    environment: String(params.environment),
    href: `/${view.project.slug}/deployments/new?${query}`,
  };
}

function Part({ title, right, children }: { title: ReactNode; right?: ReactNode; children: ReactNode }) {
  return (
    <section>
      <h3>
        {title}
        {right ? <span>{right}</span> : null}
      </h3>
      {children}
    </section>
  );
}

function Approvals({ view }: { view: DeploymentView }) {
  const t = useTranslations("deployments");
  const { given, needed, decisions, candidates, basis } = view.approvals;
  const open = Math.max(0, needed - given);
  return (
    <Part title={t("approvals.title")} right={t("approvals.count", { given, needed })}>
      <ul className="lines">
        {decisions.map((decision) => (
          <li key={`${decision.person.id} ${decision.at}`}>
            <Avatar label={decision.person.label} />
            <span className="truncate" title={decision.person.label}>
              {decision.self ? t("approvals.you") : decision.person.label}
            </span>
            <span>
              {decision.current ? (
                <Mark meaning={decision.decision === "approved" ? "safe" : "warning"}>
                  {t(`approvals.${decision.decision}`)} <ClockTime at={decision.at} />
                </Mark>
              ) : (
                t("approvals.stale")
              )}
            </span>
          </li>
        ))}
        {open > 0 ? (
          <li>
            <Avatar label={candidates[0]?.label ?? "?"} open />
            <span className="truncate" title={candidates.map((person) => person.label).join(", ")}>
              {candidates.length === 0 ? t("approvals.nobody") : t("approvals.anApprover", { count: open })}
            </span>
            <span>{t("approvals.open")}</span>
          </li>
        ) : null}
      </ul>
      {needed > 0 ? <p className="small-note">{t(`approvals.basis.${basis}`, { needed })}</p> : null}
    </Part>
  );
}

function Bound({ view }: { view: DeploymentView }) {
  const t = useTranslations("deployments");
  if (!view.bound) return null;
  const { scripts, schema, checks } = view.bound;
  return (
    <Part title={t("bound.title")}>
      <dl className="kv">
        {[
          ["scripts", scripts],
          ["schema", schema],
          ["checks", checks],
        ].map(([key, hash]) => (
          <div key={key} className="contents">
            <dt>{t(`bound.${key as "scripts"}`)}</dt>
            <dd>
              <code title={hash}>{hash?.slice(0, 8)}</code>
            </dd>
          </div>
        ))}
      </dl>
      <p className="small-note">{t("bound.note")}</p>
    </Part>
  );
}

const WAY_BACK: { [reason in DryRun["rollback"]["reason"]]?: "none" | "partly" } = {
  no_down: "none",
  partly: "partly",
};

function WayBack({ view }: { view: DeploymentView }) {
  const t = useTranslations("deployments");
  if (view.direction === "down" || !view.rollback) return null;
  const { proven, reason } = view.rollback;
  return (
    <Part title={t("wayBack.title")}>
      <ul className="lines">
        <li className={proven ? "safe" : "warning"}>
          <Icon name={proven ? "safe" : "warning"} />
          <span>{t("wayBack.rollback")}</span>
          <span>{t(`wayBack.${proven ? "proven" : (WAY_BACK[reason] ?? "unproven")}`)}</span>
        </li>
      </ul>
    </Part>
  );
}

function Attempts({ view }: { view: DeploymentView }) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  return (
    <Part title={t("aside.attempts")}>
      <ul className="lines">
        {view.runs.map((run) => (
          <li key={run.id}>
            <span className="muted num">{run.attempt}</span>
            <span>
              <StateMark state={run.state} />
            </span>
            <span>
              {run.durationMs === null ? (
                <RelativeTime at={run.createdAt} />
              ) : (
                formatDuration(run.durationMs, locale)
              )}
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Descendants({ view }: { view: DeploymentView }) {
  const t = useTranslations("deployments");
  return (
    <Part title={t("aside.after")}>
      <ul className="lines">
        {view.descendants.map((other) => (
          <li key={other.number}>
            <Icon name={other.direction === "down" ? "undo" : "promote"} />
            <Link className="link" href={`/${view.project.slug}/deployments/${other.number}`}>
              {t(other.direction === "down" ? "aside.rollbackTo" : "aside.promotedTo", {
                number: other.number,
                environment: other.environment.name,
              })}
            </Link>
            <span>{t(`state.${other.state}`)}</span>
          </li>
        ))}
      </ul>
    </Part>
  );
}
