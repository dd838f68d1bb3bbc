"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { FormDialog } from "@/components/form-dialog";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { create } from "../actions";

/** Asks for a name; environments come along and are changed in the settings. */
export function NewProject({ slugHint }: { slugHint: string }) {
  const t = useTranslations("projects");
  const router = useRouter();
  return (
    <FormDialog
      trigger={
        <Button variant="go" data-new="">
          <Icon name="plus" />
          {t("new")}
        </Button>
      }
      title={t("new")}
      text={t("newText")}
      action={create}
      onDone={({ slug }: { slug: string }) => router.push(`/${slug}`)}
      submit={t("create")}
    >
      <Field label={t("name")}>
        <Input name="name" required autoFocus maxLength={80} />
      </Field>
      <Field label={t("slug")} hint={slugHint} optional>
        <Input name="slug" className="mono" data-optional="" maxLength={48} />
      </Field>
    </FormDialog>
  );
}
