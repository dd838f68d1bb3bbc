"use client";

import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { EnvironmentChip } from "@/components/environment";
import { formatBytes } from "@/components/format";
import { Panel } from "@/components/page";
import { Note } from "@/components/states";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { useQuestion } from "@/components/use-question";
import type { EnvironmentPolicyView } from "@/lib/operations/backup/views";
import { changePolicy, previewRetentionAction } from "../actions";

const RETENTION = [
  ["keepLast", 1, 1000],
  ["keepDaily", 0, 366],
  ["keepWeekly", 0, 260],
  ["keepMonthly", 0, 120],
] as const;

const LIMITS = [
  ["overdueHours", 1, 8784],
  ["keepReplacedDays", 1, 90],
  ["restoreApprovals", 0, 10],
] as const;

type Limits = Partial<Record<(typeof RETENTION)[number][0], number>>;

/** What an environment demands: backups before deployments, what is kept, when somebody is told. */
export function PolicyForm({ view }: { view: EnvironmentPolicyView }) {
  const t = useTranslations("backups.policy");
  const { environment, policy, mayChange } = view;
  const [asked, setAsked] = useState<Limits | null>(null);
  return (
    <Panel padded>
      <ActionForm action={changePolicy} values={{ environmentId: environment.id }} done={t("saved")}>
        <h3>
          <EnvironmentChip environment={environment} />
        </h3>
        <fieldset disabled={!mayChange} className="grid gap-5">
          <legend className="sr-only">{environment.name}</legend>
          <div className="row">
            <Field label={t("before")} hint={t("beforeHint")}>
              <Select
                name="policy.beforeDeployment"
                defaultValue={policy.beforeDeployment}
                options={(["always", "when_risky", "never"] as const).map((value) => ({
                  value,
                  label: t(`beforeWhen.${value}`),
                }))}
              />
            </Field>
            <Field label={t("test")} hint={t("testHint")} beside>
              <Checkbox name="policy.testRestore" defaultChecked={policy.testRestore} />
            </Field>
          </div>
          <div className="row narrow" onInput={(event) => setAsked(limitsOf(event.currentTarget))}>
            {RETENTION.map((limit) => (
              <NumberField key={limit[0]} limit={limit} value={policy[limit[0]]} />
            ))}
          </div>
          {asked ? <WhatGoes environmentId={environment.id} limits={asked} /> : null}
          <div className="row">
            {LIMITS.map((limit) => (
              <NumberField key={limit[0]} limit={limit} value={policy[limit[0]]} />
            ))}
          </div>
        </fieldset>
        {mayChange ? (
          <div className="buttons">
            <SubmitButton variant="default">{t("save", { name: environment.name })}</SubmitButton>
          </div>
        ) : null}
      </ActionForm>
    </Panel>
  );
}

function NumberField({
  limit: [name, min, max],
  value,
}: {
  limit: (typeof RETENTION | typeof LIMITS)[number];
  value: number | null;
}) {
  const t = useTranslations("backups.policy");
  return (
    <Field label={t(`${name}.label`)} hint={t(`${name}.hint`)}>
      <Input name={`policy.${name}`} type="number" min={min} max={max} defaultValue={value ?? undefined} />
    </Field>
  );
}

/** As the form would send them. */
function limitsOf(fields: HTMLElement): Limits {
  const typed = [...fields.querySelectorAll("input")].filter((input) => input.value !== "");
  return Object.fromEntries(typed.map((input) => [input.name.replace("policy.", ""), input.valueAsNumber]));
}

/** Said before it is saved: the next purge takes them, and nothing brings them back. */
function WhatGoes({ environmentId, limits }: { environmentId: string; limits: Limits }) {
  const t = useTranslations("backups.policy");
  const locale = useLocale();
  const { answer } = useQuestion(previewRetentionAction, { environmentId, limits });
  const goes = answer?.ok ? answer.data : { backups: 0, bytes: 0 };
  return (
    <div aria-live="polite">
      {goes.backups > 0 ? (
        <Note meaning="warning">
          {t("goes", { count: goes.backups, size: formatBytes(goes.bytes, locale) })}
        </Note>
      ) : null}
    </div>
  );
}
