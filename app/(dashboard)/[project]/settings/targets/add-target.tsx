"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { EnvironmentChip } from "@/components/environment";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import type { EnvironmentDetail, ServiceDetail } from "@/lib/operations/project/views";
import { TargetForm } from "./target-form";

interface AddTargetProps {
  environment: EnvironmentDetail;
  /** Services that have no target there yet. */
  services: ServiceDetail[];
}

export function AddTarget({ environment, services }: AddTargetProps) {
  const t = useTranslations("settings.targets");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button size="small">
          <Icon name="plus" />
          {t("addTo", { environment: environment.name })}
        </Button>
      </DialogTrigger>
      <DialogContent title={t("addTitle")} text={<EnvironmentChip environment={environment} />} wide>
        <TargetForm
          environmentId={environment.id}
          onDone={() => {
            setOpen(false);
            router.refresh();
          }}
        >
          <Field label={t("service")}>
            <Select name="serviceId" options={services.map(({ id, name }) => ({ value: id, label: name }))} />
          </Field>
        </TargetForm>
      </DialogContent>
    </Dialog>
  );
}
