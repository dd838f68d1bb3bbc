"use client";

import { useFormatter, useLocale, useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { FormDialog } from "@/components/form-dialog";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { useQuestion } from "@/components/use-question";
import type { ScheduleView } from "@/lib/operations/schedule/list";
import { addSchedule, changeSchedule, previewAction } from "../actions";

export interface ScheduleChoices {
  project: string;
  targets: { id: string; label: string }[];
  storages: { id: string; name: string }[];
}

const USUAL = { daily: "10 2 * * *", hourly: "0 * * * *", weekly: "30 3 * * 0" } as const;

/** When, of what, and what happens afterwards; what the cron line means stands below it as it is written. */
export function ScheduleDialog({
  schedule,
  trigger,
  ...choices
}: ScheduleChoices & { schedule?: ScheduleView; trigger?: ReactNode }) {
  const t = useTranslations("backups.schedules");
  return (
    <FormDialog
      trigger={
        trigger ?? (
          <Button variant="go" data-new="">
            <Icon name="plus" />
            {t("add")}
          </Button>
        )
      }
      title={t(schedule ? "changeTitle" : "add")}
      action={(input) =>
        (schedule ? changeSchedule : addSchedule)({ ...input, storageId: input.storageId ?? null })
      }
      values={{
        ...(schedule ? { scheduleId: schedule.id } : {}),
        scope: schedule?.scope ?? { kind: "database" },
      }}
      done={t("saved")}
      submit={t("save")}
    >
      <ScheduleFields {...choices} schedule={schedule} />
    </FormDialog>
  );
}

/** Made anew with every opening, so that a second schedule does not begin as the first one ended. */
function ScheduleFields({
  project,
  targets,
  storages,
  schedule,
}: ScheduleChoices & { schedule: ScheduleView | undefined }) {
  const t = useTranslations("backups.schedules");
  const [kind, setKind] = useState<string>(schedule?.kind ?? "backup");
  const [cron, setCron] = useState<string>(schedule?.cron ?? USUAL.daily);
  // Shown only once somebody opens it, which happens in a browser.
  const [zone, setZone] = useState(
    schedule?.timeZone ?? (Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC"),
  );
  return (
    <>
      {schedule ? null : (
        <Field label={t("of")}>
          <Select name="targetId" options={targets.map(({ id, label }) => ({ value: id, label }))} />
        </Field>
      )}
      <Field label={t("what")}>
        <Select
          name="kind"
          value={kind}
          onChange={(event) => setKind(event.target.value)}
          options={(["backup", "test"] as const).map((value) => ({ value, label: t(`what_${value}`) }))}
        />
      </Field>
      <div className="row">
        <Field label={t("cron")} hint={t("cronHint")}>
          <Input
            name="cron"
            className="mono"
            value={cron}
            onChange={(event) => setCron(event.target.value)}
            spellCheck={false}
            required
          />
        </Field>
        <Field label={t("zone")}>
          <Input
            name="timeZone"
            className="mono"
            value={zone}
            onChange={(event) => setZone(event.target.value)}
            spellCheck={false}
            required
          />
        </Field>
      </div>
      <div className="flex flex-wrap gap-2">
        {(["hourly", "daily", "weekly"] as const).map((usual) => (
          <Button key={usual} size="small" onClick={() => setCron(USUAL[usual])}>
            {t(`usual.${usual}`)}
          </Button>
        ))}
      </div>
      <Meaning project={project} cron={cron} timeZone={zone} />
      {kind === "backup" ? (
        <>
          <Field label={t("storage")}>
            <Select
              name="storageId"
              data-optional=""
              defaultValue={schedule?.storageId ?? ""}
              options={[
                { value: "", label: t("defaultStorage") },
                ...storages.map(({ id, name }) => ({ value: id, label: name })),
              ]}
            />
          </Field>
          <Field label={t("testAfter")} hint={t("testAfterHint")} beside>
            <Checkbox name="testAfter" defaultChecked={schedule?.testAfter ?? false} />
          </Field>
        </>
      ) : null}
      <Field label={t("enabled")} beside>
        <Checkbox name="enabled" defaultChecked={schedule?.enabled ?? true} />
      </Field>
    </>
  );
}

/** The line in words, and the next times. */
function Meaning({ project, cron, timeZone }: { project: string; cron: string; timeZone: string }) {
  const t = useTranslations("backups.schedules");
  const format = useFormatter();
  const locale = useLocale();
  const { answer, asking } = useQuestion(previewAction, { project, cron, timeZone });
  return (
    <div aria-live="polite" className="estimate">
      {answer?.ok && !asking ? (
        <>
          <p className="strong">{answer.data.words[locale === "es" ? "es" : "en"]}</p>
          <p className="muted">
            {answer.data.next
              .map((at) =>
                format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "short", timeZone }),
              )
              .join(" · ")}
          </p>
        </>
      ) : (
        <p className="muted">{answer && !answer.ok && !asking ? answer.error.message : t("reading")}</p>
      )}
    </div>
  );
}
