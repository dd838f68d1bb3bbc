"use client";

import { useTranslations } from "next-intl";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { EnvironmentChip } from "@/components/environment";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { EnvironmentDetail } from "@/lib/operations/project/views";
import { changeEnvironment } from "../actions";

interface PolicyFormProps {
  environment: EnvironmentDetail;
  /** Name of the environment before it; null: it is the first. */
  previous: string | null;
  writes: boolean;
}

/** What a deployment to this environment must have before it runs. */
export function PolicyForm({ environment, previous, writes }: PolicyFormProps) {
  const t = useTranslations("settings.policies");
  const { policy, protected: isProtected } = environment;
  const usual = { approvals: isProtected ? 1 : 0, destructive: isProtected ? 2 : 0 };
  return (
    <ActionForm action={changeEnvironment} values={{ environmentId: environment.id }} done={t("saved")}>
      <h3>
        <EnvironmentChip environment={environment} />
      </h3>
      <fieldset disabled={!writes} className="grid gap-5">
        <legend className="sr-only">{environment.name}</legend>
        <div className="row">
          <Field label={t("approvals")} hint={t("approvalsHint", { usual: usual.approvals })}>
            <Input
              name="policy.approvals"
              type="number"
              min={0}
              max={10}
              defaultValue={policy.approvals}
              placeholder={String(usual.approvals)}
            />
          </Field>
          <Field label={t("destructive")} hint={t("destructiveHint", { usual: usual.destructive })}>
            <Input
              name="policy.approvalsDestructive"
              type="number"
              min={0}
              max={10}
              defaultValue={policy.approvalsDestructive}
              placeholder={String(usual.destructive)}
            />
          </Field>
        </div>
        <Field
          label={t("previous")}
          hint={previous ? t("previousHint", { previous }) : t("previousFirst")}
          beside
        >
          <Checkbox name="policy.requirePrevious" defaultChecked={policy.requirePrevious ?? false} />
        </Field>
        <Field label={t("keep")} hint={t("keepHint")} beside>
          <Checkbox name="policy.undo.keep" defaultChecked={policy.undo?.keep ?? true} />
        </Field>
        <div className="row">
          <Field label={t("keepDays")} hint={t("keepDaysHint")}>
            <Input
              name="policy.undo.days"
              type="number"
              min={1}
              max={365}
              defaultValue={policy.undo?.days}
              placeholder="7"
            />
          </Field>
          <Field label={t("keepSize")} hint={t("keepSizeHint")}>
            <Input
              name="policy.undo.maxMegabytes"
              type="number"
              min={1}
              defaultValue={policy.undo?.maxMegabytes}
              placeholder="1024"
            />
          </Field>
        </div>
      </fieldset>
      {writes ? (
        <div className="buttons">
          <SubmitButton variant="default">{t("save", { name: environment.name })}</SubmitButton>
        </div>
      ) : null}
    </ActionForm>
  );
}
