"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { environmentClass } from "@/components/environment";
import { FormDialog } from "@/components/form-dialog";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { ENVIRONMENT_COLORS } from "@/lib/operations/project/colors";
import type { EnvironmentDetail } from "@/lib/operations/project/views";
import { addEnvironment, changeEnvironment } from "../actions";

interface EnvironmentDialogProps {
  projectId: string;
  /** The one to change; without it a new one is made. */
  environment?: EnvironmentDetail;
  trigger?: ReactNode;
}

/** Name, colour and protection of an environment. */
export function EnvironmentDialog({ projectId, environment, trigger }: EnvironmentDialogProps) {
  const t = useTranslations("settings.environments");
  return (
    <FormDialog
      trigger={
        trigger ?? (
          <Button variant="go" size="small" data-new="">
            <Icon name="plus" />
            {t("add")}
          </Button>
        )
      }
      title={environment ? t("change", { name: environment.name }) : t("add")}
      action={environment ? changeEnvironment : addEnvironment}
      values={environment ? { environmentId: environment.id } : { projectId }}
      done={t(environment ? "changed" : "added")}
      submit={t(environment ? "save" : "add")}
    >
      <Field label={t("name")} hint={t("nameHint")}>
        <Input
          name="name"
          className="mono"
          defaultValue={environment?.name}
          required
          autoFocus
          maxLength={48}
        />
      </Field>
      <fieldset>
        <legend>{t("color")}</legend>
        <div className="swatches">
          {ENVIRONMENT_COLORS.map((color) => (
            <label key={color} className={`swatch ${environmentClass(color)}`}>
              <input
                type="radio"
                name="color"
                value={color}
                className="check"
                defaultChecked={color === (environment?.color ?? "development")}
              />
              <span className="chip">{t(`colors.${color}`)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Field label={t("protected")} hint={t("protectedHint")} beside>
        <Checkbox name="protected" defaultChecked={environment?.protected ?? false} />
      </Field>
    </FormDialog>
  );
}
