import { getLocale, getTranslations } from "next-intl/server";
import { formatBytes } from "@/components/format";
import { Mark } from "@/components/mark";
import { Page, PageHead, Section } from "@/components/page";
import { EmptyState, Note } from "@/components/states";
import { can } from "@/lib/access/permissions";
import { listBackupPolicies } from "@/lib/operations/backup/policy";
import { getFrame } from "@/lib/operations/frame/get";
import { getPlaces } from "@/lib/operations/frame/places";
import { getProject } from "@/lib/operations/project/get";
import { listStorages } from "@/lib/operations/storage/list";
import { describeFailure, runForPage } from "@/lib/transport/action";
import { currentActor } from "@/lib/transport/session";
import { BackupsNav } from "../_components/backups-nav";
import { ImportArchives } from "./import-archives";
import { PolicyForm } from "./policy-form";
import { StorageDialog, StorageMenu } from "./storage-dialog";

export async function generateMetadata() {
  return { title: (await getTranslations("backups"))("storage.title") };
}

export default async function StoragePage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  const [stored, policies, places, frame, detail, actor, t, locale] = await Promise.all([
    runForPage(listStorages, { project }),
    runForPage(listBackupPolicies, { project }),
    runForPage(getPlaces, { project }),
    runForPage(getFrame, { project }),
    runForPage(getProject, { slug: project }),
    currentActor(),
    getTranslations("backups.storage"),
    getLocale(),
  ]);
  const writes = can(frame.role, "backup.configure");
  const storages = await Promise.all(
    stored.map(async (one) => ({ ...one, error: one.error && (await describeFailure(one.error)) })),
  );
  const targets = places.targets.map((target) => ({
    id: target.id,
    label: t("targetOf", {
      service: places.services.find(({ id }) => id === target.serviceId)?.name ?? "",
      environment: places.environments.find(({ id }) => id === target.environmentId)?.name ?? "",
    }),
  }));
  const folders = actor.instanceAdmin;
  const add = writes ? <StorageDialog projectId={detail.id} folders={folders} /> : null;
  return (
    <Page>
      <PageHead title={t("title")} facts={[t("text")]} />
      <BackupsNav slug={project} />
      <Section title={t("places")} right={storages.length > 0 ? add : null}>
        {storages.length === 0 ? (
          <EmptyState title={t("none")} text={t("noneText")} action={add} />
        ) : (
          <ul className="panel schedules">
            {storages.map((one) => (
              <li key={one.id}>
                <div>
                  <p>
                    <b className="strong">{one.name}</b>{" "}
                    {one.isDefault ? <Mark meaning="safe">{t("isDefault")}</Mark> : null}
                  </p>
                  <p className="muted wrap-any">
                    <code>{one.location}</code> {one.shared ? t("shared") : ""}{" "}
                    {one.encrypted ? t("encrypted") : ""}
                  </p>
                  {one.error ? (
                    <Note meaning="danger">
                      {[one.error.message, one.error.hint].filter(Boolean).join(" ")}
                    </Note>
                  ) : null}
                </div>
                <div className="muted">
                  {t("holds", { count: one.backups, size: formatBytes(one.bytes, locale) })}
                  {one.freeBytes === null ? null : (
                    <span className="second">{t("free", { size: formatBytes(one.freeBytes, locale) })}</span>
                  )}
                </div>
                {one.mayChange && !one.shared ? (
                  <StorageMenu projectId={detail.id} folders={folders} storage={one} />
                ) : null}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title={t("policies")} note={t("policiesNote")}>
        <div className="grid gap-4">
          {policies.map((one) => (
            <PolicyForm key={one.environment.id} view={one} />
          ))}
        </div>
      </Section>
      {writes && storages.length > 0 ? (
        <Section title={t("import.title")} note={t("import.note")}>
          <ImportArchives
            projectId={detail.id}
            storages={storages.map(({ id, name }) => ({ id, name }))}
            targets={targets}
          />
        </Section>
      ) : null}
    </Page>
  );
}
