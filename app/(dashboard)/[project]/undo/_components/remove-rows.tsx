"use client";

import { useTranslations } from "next-intl";
import { ConfirmByName } from "@/components/confirm-by-name";
import { Button } from "@/components/ui/button";
import type { UndoView } from "@/lib/operations/undo/list";
import { removeKeptRows } from "../actions";

/** Gives the room back before the window is over. */
export function RemoveRows({ targetId, row }: { targetId: string; row: UndoView }) {
  const t = useTranslations("undo.page");
  const { relation, rows, migration } = row;
  return (
    <ConfirmByName
      trigger={<Button size="small">{t("remove")}</Button>}
      title={t("removeTitle", { relation })}
      text={t(row.state === "reverted" ? "removeTextBack" : "removeText", { rows, migration })}
      names={row.state === "kept" ? [relation] : []}
      confirm={t("confirm")}
      action={() => removeKeptRows({ targetId, ids: [row.id] })}
      done={t("removed")}
    />
  );
}
