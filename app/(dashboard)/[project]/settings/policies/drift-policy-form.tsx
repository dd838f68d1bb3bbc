"use client";

import { useTranslations } from "next-intl";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { EnvironmentDetail } from "@/lib/operations/project/views";
import { changeDriftPolicy } from "../actions";

const MINUTES = [15, 60, 360, 1440];
const LEFT_OUT = ["ignoreOwners", "ignoreGrants", "ignoreComments", "ignoreStatistics"] as const;

/** What the environment makes of changes by hand. */
export function DriftPolicyForm({
  environment,
  writes,
}: {
  environment: EnvironmentDetail;
  writes: boolean;
}) {
  const t = useTranslations("settings.policies");
  const td = useTranslations("drift");
  const { driftPolicy: policy, name } = environment;
  const { everyMinutes } = policy;
  // What was set by other means stays to be chosen.
  const minutes = [...new Set([...MINUTES, ...(everyMinutes === null ? [] : [everyMinutes])])].sort(
    (a, b) => a - b,
  );
  return (
    <ActionForm
      action={changeDriftPolicy}
      values={{ environmentId: environment.id }}
      done={t("saved")}
      className="drift-form"
    >
      <fieldset disabled={!writes} className="grid gap-5">
        <legend className="strong mb-3">{t("drift", { name })}</legend>
        <div className="row">
          <Field label={t("driftEvery")}>
            <Select
              name="drift.every"
              defaultValue={everyMinutes === null ? "never" : String(everyMinutes)}
              options={[
                { value: "never", label: td("everyNever") },
                ...minutes.map((count) => ({
                  value: String(count),
                  label:
                    count % 60 === 0
                      ? td("everyHours", { count: count / 60 })
                      : td("everyMinutes", { count }),
                })),
              ]}
            />
          </Field>
          <Field label={t("driftBefore")}>
            <Select
              name="drift.beforeDeployment"
              defaultValue={policy.beforeDeployment}
              options={(["off", "warn", "block"] as const).map((value) => ({
                value,
                label: td(`before.${value}`),
              }))}
            />
          </Field>
        </div>
        <div className="row">
          {LEFT_OUT.map((key) => (
            <Field key={key} label={t(`drift_${key}`)} beside>
              <Checkbox name={`drift.${key}`} defaultChecked={policy[key]} />
            </Field>
          ))}
        </div>
        <Field label={t("driftSchemas")} hint={t("driftSchemasHint")}>
          <Input
            name="drift.ignoreSchemas"
            defaultValue={policy.ignoreSchemas.join(", ")}
            autoComplete="off"
          />
        </Field>
      </fieldset>
      {writes ? (
        <div className="buttons">
          <SubmitButton variant="default">{t("driftSave", { name })}</SubmitButton>
        </div>
      ) : null}
    </ActionForm>
  );
}
