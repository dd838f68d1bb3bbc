import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { EnvironmentChip } from "@/components/environment";
import { Page, PageHead } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { EmptyState, Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import { can } from "@/lib/access/permissions";
import { getFrame } from "@/lib/operations/frame/get";
import { getPlaces } from "@/lib/operations/frame/places";
import { listSchedules } from "@/lib/operations/schedule/list";
import { listStorages } from "@/lib/operations/storage/list";
import { describeFailure, runForPage } from "@/lib/transport/action";
import { BackupsNav } from "../_components/backups-nav";
import { ScopeNames } from "../_components/scope-names";
import { ScheduleDialog } from "./schedule-dialog";
import { ScheduleMenu } from "./schedule-menu";

export async function generateMetadata() {
  return { title: (await getTranslations("backups"))("schedules.title") };
}

export default async function SchedulesPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  const [stored, places, storages, frame, t, locale] = await Promise.all([
    runForPage(listSchedules, { project }),
    runForPage(getPlaces, { project }),
    runForPage(listStorages, { project }),
    runForPage(getFrame, { project }),
    getTranslations("backups.schedules"),
    getLocale(),
  ]);
  const schedules = await Promise.all(
    stored.map(async (one) => ({
      ...one,
      lastError: one.lastError && (await describeFailure(one.lastError)),
      lastFailed: one.lastFailed && {
        ...one.lastFailed,
        failure: one.lastFailed.failure && (await describeFailure(one.lastFailed.failure)),
      },
    })),
  );
  const targets = places.targets.map((target) => ({
    id: target.id,
    label: t("target", {
      service: places.services.find(({ id }) => id === target.serviceId)?.name ?? "",
      environment: places.environments.find(({ id }) => id === target.environmentId)?.name ?? "",
    }),
  }));
  const choices = { project, targets, storages: storages.map(({ id, name }) => ({ id, name })) };
  const writes = can(frame.role, "backup.configure") && targets.length > 0;
  const add = writes ? (
    <ScheduleDialog {...choices} />
  ) : targets.length === 0 && can(frame.role, "target.write") ? (
    <Button asChild>
      <Link href={`/${project}/settings/targets`}>{t("addTarget")}</Link>
    </Button>
  ) : null;
  return (
    <Page>
      <PageHead title={t("title")} facts={[t("text")]} actions={schedules.length > 0 ? add : null} />
      <BackupsNav slug={project} />
      <div className="sec first">
        {schedules.length === 0 ? (
          <EmptyState title={t("none")} text={t("noneText")} action={add} />
        ) : (
          <ul className="panel schedules">
            {schedules.map((schedule) => (
              <li key={schedule.id}>
                <div>
                  <p>
                    <b className="strong">{schedule.words[locale === "es" ? "es" : "en"]}</b>{" "}
                    <span className="muted">
                      {schedule.timeZone}, <code>{schedule.cron}</code>
                    </span>
                  </p>
                  <p className="muted">
                    {t(`kind.${schedule.kind}`, { service: schedule.service })}{" "}
                    <EnvironmentChip environment={schedule.environment} plain />{" "}
                    {[schedule.testAfter ? t("thenTest") : null, schedule.storage]
                      .filter((one) => one !== null)
                      .map((one) => ` · ${one}`)}
                  </p>
                  {schedule.scope.kind === "database" ? null : (
                    <p className="muted wrap-any">
                      <ScopeNames scope={schedule.scope} />
                    </p>
                  )}
                  {schedule.lastError ? <Note meaning="danger">{schedule.lastError.message}</Note> : null}
                  {schedule.lastFailed ? (
                    <div className="mt-2">
                      <Note
                        meaning="danger"
                        action={
                          <Button asChild size="small">
                            <Link href={`/${project}/backups/${schedule.lastFailed.backupId}`}>
                              {t("look")}
                            </Link>
                          </Button>
                        }
                      >
                        <p className="strong">{schedule.lastFailed.failure?.message ?? t("failed")}</p>
                        {schedule.lastFailed.failure?.hint ? (
                          <p className="muted">{schedule.lastFailed.failure.hint}</p>
                        ) : null}
                      </Note>
                    </div>
                  ) : null}
                </div>
                <div className="muted">
                  {schedule.enabled && schedule.nextAt
                    ? t.rich("next", { at: () => <RelativeTime at={schedule.nextAt ?? ""} /> })
                    : t("off")}
                </div>
                {schedule.mayChange ? <ScheduleMenu schedule={schedule} {...choices} /> : null}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Page>
  );
}
