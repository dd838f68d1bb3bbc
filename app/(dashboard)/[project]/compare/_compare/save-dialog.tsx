"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { ActionForm, SubmitButton } from "@/components/action-form";
import type { ActionAnswer } from "@/components/action-state";
import { Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFoot } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { ComparisonView } from "@/lib/operations/comparison/views";
import { createAction } from "../../migrations/actions";

interface SaveDialogProps {
  project: string;
  services: string[];
  view: ComparisonView;
  count: number;
  /** The comparison with the SQL of the ticks; null when it failed. */
  write: () => Promise<ComparisonView | null>;
  onClose: () => void;
}

interface Made {
  id: string;
}

/** The ticked differences become a draft of a migration, which opens in the editor. */
export function SaveDialog({ project, services, view, count, write, onClose }: SaveDialogProps) {
  const t = useTranslations("compare");
  const router = useRouter();
  const own = view.source.service?.name ?? view.target.service?.name ?? services[0];

  async function save(input: { service: string; name: string }): Promise<ActionAnswer<Made>> {
    const written = await write();
    if (!written)
      return { ok: false, error: { message: t("notWritten"), hint: t("notWrittenHint") } as never };
    const { up, down } = written.plan;
    return createAction({ ...input, project, up, down: down.trim() === "" ? null : down });
  }

  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent title={t("saveTitle", { count })} text={t("saveText", { source: view.source.label })}>
        <ActionForm<Made>
          action={save}
          done={t("saved")}
          onDone={(made) => router.push(`/${project}/migrations/${made.id}/edit`)}
        >
          <DialogBody>
            <Field label={t("name")} hint={t("nameHint")}>
              <Input name="name" required maxLength={100} autoComplete="off" autoFocus />
            </Field>
            <Field label={t("service")}>
              <Select
                name="service"
                defaultValue={own}
                options={services.map((name) => ({ value: name, label: name }))}
              />
            </Field>
            {view.plan.losesData ? <Note meaning="danger">{t("planLoses")}</Note> : null}
          </DialogBody>
          <DialogFoot>
            <DialogClose asChild>
              <Button>{t("cancel")}</Button>
            </DialogClose>
            <SubmitButton>{t("saveNow")}</SubmitButton>
          </DialogFoot>
        </ActionForm>
      </DialogContent>
    </Dialog>
  );
}
