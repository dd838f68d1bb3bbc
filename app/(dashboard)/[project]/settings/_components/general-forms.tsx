"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { ConfirmByName } from "@/components/confirm-by-name";
import { Panel, Section } from "@/components/page";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { archive, changeProject } from "../actions";

/** Name and address of the project, and its end. */
export function GeneralForms({ project }: { project: { id: string; name: string; slug: string } }) {
  const t = useTranslations("settings.general");
  const router = useRouter();
  return (
    <>
      <Section title={t("title")}>
        <Panel padded>
          <ActionForm
            action={changeProject}
            values={{ projectId: project.id }}
            done={t("saved")}
            onDone={({ slug }: { slug: string }) =>
              slug === project.slug ? router.refresh() : router.replace(`/${slug}/settings`)
            }
          >
            <Field label={t("name")}>
              <Input name="name" defaultValue={project.name} required maxLength={80} />
            </Field>
            <Field label={t("slug")} hint={t("slugHint")}>
              <Input name="slug" className="mono" defaultValue={project.slug} required maxLength={48} />
            </Field>
            <div className="buttons">
              <SubmitButton>{t("save")}</SubmitButton>
            </div>
          </ActionForm>
        </Panel>
      </Section>
      <Section title={t("archive")}>
        <Panel padded>
          <p className="max-w-[72ch]">{t("archiveText")}</p>
          <div className="mt-4">
            <ConfirmByName
              trigger={<Button variant="stop">{t("archive")}</Button>}
              title={t("archiveTitle", { name: project.name })}
              text={t("archiveText")}
              names={[project.name]}
              confirm={t("archive")}
              action={({ names }) => archive({ projectId: project.id, confirm: names[0] ?? "" })}
              done={t("archived")}
              href="/projects"
            />
          </div>
        </Panel>
      </Section>
    </>
  );
}
