"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { ENVIRONMENT_COLORS, environmentClass } from "@/components/environment";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import {
  Dialog,
  DialogBody,
  DialogClose,
  DialogContent,
  DialogFoot,
  DialogTrigger,
} from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
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
  const common = useTranslations("common");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        {trigger ?? (
          <Button variant="go" size="small" data-new="">
            <Icon name="plus" />
            {t("add")}
          </Button>
        )}
      </DialogTrigger>
      <DialogContent title={environment ? t("change", { name: environment.name }) : t("add")}>
        <ActionForm
          action={environment ? changeEnvironment : addEnvironment}
          values={environment ? { environmentId: environment.id } : { projectId }}
          done={t(environment ? "changed" : "added")}
          onDone={() => {
            setOpen(false);
            router.refresh();
          }}
        >
          <DialogBody>
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
          </DialogBody>
          <DialogFoot>
            <DialogClose asChild>
              <Button>{common("cancel")}</Button>
            </DialogClose>
            <SubmitButton>{t(environment ? "save" : "add")}</SubmitButton>
          </DialogFoot>
        </ActionForm>
      </DialogContent>
    </Dialog>
  );
}
