"use client";

import { useTranslations } from "next-intl";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { EnvironmentChip } from "@/components/environment";
import { Panel } from "@/components/page";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { EnvironmentPolicyView } from "@/lib/operations/backup/views";
import { changePolicy } from "../actions";

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

/** What an environment demands: backups before deployments, what is kept, when somebody is told. */
export function PolicyForm({ view }: { view: EnvironmentPolicyView }) {
  const t = useTranslations("backups.policy");
  const { environment, policy, mayChange } = view;
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
          {[RETENTION, LIMITS].map((numbers) => (
            <div key={numbers[0][0]} className={numbers === RETENTION ? "row narrow" : "row"}>
              {numbers.map(([name, min, max]) => (
                <Field key={name} label={t(`${name}.label`)} hint={t(`${name}.hint`)}>
                  <Input
                    name={`policy.${name}`}
                    type="number"
                    min={min}
                    max={max}
                    defaultValue={policy[name] ?? undefined}
                  />
                </Field>
              ))}
            </div>
          ))}
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
