"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { ConfirmByName } from "@/components/confirm-by-name";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFoot } from "@/components/ui/dialog";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { MigrationView } from "@/lib/operations/migration/views";
import { deleteAction, duplicateAction, renameAction } from "../../actions";

/** Rename, copy, export and delete, behind one button. */
export function More({
  project,
  view,
  mayWrite,
}: {
  project: string;
  view: MigrationView;
  mayWrite: boolean;
}) {
  const t = useTranslations("migrations");
  const router = useRouter();
  const [open, setOpen] = useState<"rename" | "delete" | null>(null);
  const path = `/${project}/migrations`;
  const applied = view.states.some((one) =>
    ["applied", "changed", "missing", "in_doubt"].includes(one.state ?? ""),
  );

  async function duplicate() {
    const answer = await duplicateAction({ id: view.id });
    if (answer.ok) router.push(`${path}/${answer.data.id}/edit`);
    else toast.error(answer.error.message);
  }

  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button size="icon" aria-label={t("more.open")}>
            <Icon name="more" />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          <DropdownMenuItem asChild>
            <a href={`${path}/export?id=${view.id}`} download>
              {t("more.export")}
            </a>
          </DropdownMenuItem>
          {mayWrite ? (
            <>
              <DropdownMenuItem onSelect={() => void duplicate()}>{t("more.duplicate")}</DropdownMenuItem>
              <DropdownMenuItem disabled={applied} onSelect={() => setOpen("rename")}>
                {t("more.rename")}
              </DropdownMenuItem>
              <DropdownMenuSeparator />
              <DropdownMenuItem danger disabled={applied} onSelect={() => setOpen("delete")}>
                {t("more.delete")}
              </DropdownMenuItem>
            </>
          ) : null}
        </DropdownMenuContent>
      </DropdownMenu>
      <Dialog open={open === "rename"} onOpenChange={(next) => setOpen(next ? "rename" : null)}>
        <DialogContent title={t("more.renameTitle")} text={t("more.renameText")}>
          <ActionForm
            action={renameAction}
            values={{ id: view.id, revision: view.revision }}
            onDone={() => {
              setOpen(null);
              router.refresh();
            }}
          >
            <DialogBody>
              <Field label={t("new.name")}>
                <Input name="name" required maxLength={100} defaultValue={view.name} autoComplete="off" />
              </Field>
            </DialogBody>
            <DialogFoot>
              <DialogClose asChild>
                <Button>{t("more.cancel")}</Button>
              </DialogClose>
              <SubmitButton>{t("more.rename")}</SubmitButton>
            </DialogFoot>
          </ActionForm>
        </DialogContent>
      </Dialog>
      <ConfirmByName
        open={open === "delete"}
        onOpenChange={(next) => setOpen(next ? "delete" : null)}
        title={t("more.deleteTitle", { name: view.name })}
        text={t("more.deleteText")}
        names={view.draft ? [] : [view.name]}
        confirm={t("more.delete")}
        action={() => deleteAction({ id: view.id, revision: view.revision })}
        done={t("more.deleted")}
        href={path}
      />
    </>
  );
}
