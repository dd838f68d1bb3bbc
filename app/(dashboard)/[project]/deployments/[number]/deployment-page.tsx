import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Crumbs } from "@/components/crumbs";
import { EnvironmentLine } from "@/components/environment";
import { Page, PageHead } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { BEFORE_RUN, isFinished } from "@/lib/core/policy/state-machine";
import { withShortSql } from "@/lib/operations/deployment/live";
import type { DeploymentLive, DeploymentView } from "@/lib/operations/deployment/views";
import { versionRange } from "../../_overview/links";
import { Live } from "./_live/live";
import { Aside } from "./_review/aside";
import { HeadMarks } from "./_review/head-marks";
import { LockTimelines } from "./_review/lock-timelines";
import { Path } from "./_review/path";
import { ReviewBody } from "./_review/review-body";
import { Summary } from "./_review/summary";
import { RunBody } from "./_run/run-body";
import { RunIntro } from "./_run/run-intro";

interface DeploymentPageProps {
  view: DeploymentView;
  showReview: boolean;
}

/** One page from the question to the outcome: the review, which becomes the run once that has begun. */
export function DeploymentPage({ view, showReview }: DeploymentPageProps) {
  const { slug } = view.project;
  const running = view.run !== null && !BEFORE_RUN.includes(view.state) && !showReview;
  return (
    <Live initial={liveOf(view, running)} url={`/${slug}/deployments/${view.number}/events`}>
      <EnvironmentLine color={view.environment.color} />
      <Crumbs
        items={[
          { label: view.project.name, href: `/${slug}` },
          { label: view.service.name, href: `/${slug}/deployments?service=${view.service.id}` },
        ]}
        environment={view.environment}
      />
      <Page bottomBar className={running ? "run" : ""}>
        <Head view={view} running={running} showReview={showReview} />
        <Path />
        <div className="two">
          <div className="intro">
            {running ? (
              <RunIntro
                view={{
                  ...{ environment: view.environment, slug, service: view.service.name },
                  targetId: view.targetId,
                }}
              />
            ) : (
              <>
                <Summary view={view} />
                <LockTimelines
                  timelines={view.timelines}
                  plan={view.plan}
                  environment={view.environment.name}
                />
              </>
            )}
          </div>
          <Aside view={view} running={running} />
          <div className="body">{running ? <RunBody view={view} /> : <ReviewBody view={view} />}</div>
        </div>
      </Page>
    </Live>
  );
}

function Head({
  view,
  running,
  showReview,
}: {
  view: DeploymentView;
  running: boolean;
  showReview: boolean;
}) {
  const t = useTranslations("deployments");
  const { slug } = view.project;
  const here = `/${slug}/deployments/${view.number}`;
  const facts: ReactNode[] = [
    view.run && running
      ? t.rich("page.startedBy", {
          at: () => <RelativeTime at={view.run?.startedAt ?? view.run?.createdAt ?? view.createdAt} />,
          by: view.run.startedBy.label,
        })
      : t.rich("page.askedBy", { at: () => <RelativeTime at={view.createdAt} />, by: view.createdBy.label }),
    t.rich(view.fromVersion === view.toVersion ? "page.sameVersion" : "page.versions", {
      ...versionRange(view.fromVersion, view.toVersion, t("nothing")),
      code: (text) => <code>{text}</code>,
    }),
    view.promotedFrom
      ? t.rich(view.direction === "down" ? "page.rollsBack" : "page.promotedFrom", {
          number: view.promotedFrom.number,
          environment: view.promotedFrom.environment.name,
          a: (text) => (
            <Link className="link" href={`/${slug}/deployments/${view.promotedFrom?.number}`}>
              {text}
            </Link>
          ),
        })
      : null,
    running || showReview ? (
      <Link key="other" className="link" href={running ? `${here}?view=review` : here}>
        {running ? t("page.whatWasApproved") : t("page.toRun")}
      </Link>
    ) : null,
  ];
  return (
    <PageHead
      title={t(`page.heading.${view.direction}`, {
        number: view.number,
        count: view.plan.length,
        service: view.service.name,
        environment: view.environment.name,
      })}
      facts={facts}
      actions={<HeadMarks severity={view.severity} />}
    />
  );
}

/** The moving parts of what the server has read, in the shape of the stream; without steps where none are shown. */
function liveOf(view: DeploymentView, running: boolean): DeploymentLive {
  const { version, state, check, path, next } = view;
  const { given, needed, changesRequested } = view.approvals;
  const run =
    view.run && (running ? withShortSql(view.run) : { ...view.run, steps: [], migrations: [], log: [] });
  return {
    ...{ version, state, check, path, run, next },
    approvals: { given, needed, changesRequested },
    saidAt: view.conversation.at(-1)?.at ?? null,
    ended: isFinished(state),
  };
}
