"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { FormDialog } from "@/components/form-dialog";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import type { ServiceDetail } from "@/lib/operations/project/views";
import { addService, changeService } from "../actions";

interface ServiceDialogProps {
  projectId: string;
  /** The one to change; without it a new one is made. */
  service?: ServiceDetail;
  trigger?: ReactNode;
}

/** Name, purpose and schemas of a service. */
export function ServiceDialog({ projectId, service, trigger }: ServiceDialogProps) {
  const t = useTranslations("settings.services");
  const named = service !== undefined && service.targets > 0;
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
      title={service ? t("change", { name: service.name }) : t("add")}
      action={service ? changeService : addService}
      values={service ? { serviceId: service.id } : { projectId }}
      done={t(service ? "changed" : "added")}
      submit={t(service ? "save" : "add")}
    >
      <Field label={t("name")} hint={t(named ? "nameKept" : "nameHint")}>
        <Input
          name="name"
          className="mono"
          defaultValue={service?.name}
          readOnly={named}
          required
          autoFocus={!named}
          maxLength={48}
        />
      </Field>
      <Field label={t("description")} optional>
        <Textarea name="description" defaultValue={service?.description} rows={2} maxLength={500} />
      </Field>
      <Field label={t("schemas")} hint={t("schemasHint")} optional>
        <Input
          name="schemas"
          className="mono"
          defaultValue={service?.schemas.join(", ")}
          spellCheck={false}
        />
      </Field>
    </FormDialog>
  );
}
