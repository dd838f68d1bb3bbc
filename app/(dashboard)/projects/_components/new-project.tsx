"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
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
import { create } from "../actions";

/** Asks for a name; environments come along and are changed in the settings. */
export function NewProject({ slugHint }: { slugHint: string }) {
  const t = useTranslations("projects");
  const common = useTranslations("common");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="go" data-new="">
          <Icon name="plus" />
          {t("new")}
        </Button>
      </DialogTrigger>
      <DialogContent title={t("new")} text={t("newText")}>
        <ActionForm
          action={create}
          onDone={({ slug }: { slug: string }) => {
            setOpen(false);
            router.push(`/${slug}`);
          }}
        >
          <DialogBody>
            <Field label={t("name")}>
              <Input name="name" required autoFocus maxLength={80} />
            </Field>
            <Field label={t("slug")} hint={slugHint} optional>
              <Input name="slug" className="mono" data-optional="" maxLength={48} />
            </Field>
          </DialogBody>
          <DialogFoot>
            <DialogClose asChild>
              <Button>{common("cancel")}</Button>
            </DialogClose>
            <SubmitButton>{t("create")}</SubmitButton>
          </DialogFoot>
        </ActionForm>
      </DialogContent>
    </Dialog>
  );
}
