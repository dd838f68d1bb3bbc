import { useTranslations } from "next-intl";
import { ConfirmByName } from "@/components/confirm-by-name";
import { Button } from "@/components/ui/button";
import type { KeptDatabase } from "@/lib/operations/restore/list-kept";
import { dropKeptAction, swapBackAction } from "../actions";

/** The way back after a swap, and the end of it. */
export function KeptActions({
  useId,
  database,
  kept,
  kind,
}: Pick<KeptDatabase, "useId" | "database" | "kept" | "kind">) {
  const t = useTranslations("backups.use");
  return (
    <>
      <ConfirmByName
        trigger={<Button size="small">{t(`swapBack.${kind}`)}</Button>}
        title={t(`swapBackTitle.${kind}`, { database })}
        text={t(`swapBackText.${kind}`, { kept })}
        names={[database]}
        confirm={t(`swapBack.${kind}`)}
        action={({ names }) => swapBackAction({ useId, confirm: names[0] ?? "" })}
        done={t(`swapped.${kind}`)}
      />
      <ConfirmByName
        trigger={
          <Button size="small" variant="stop">
            {t(`dropKept.${kind}`)}
          </Button>
        }
        title={t("dropKeptTitle", { database: kept })}
        text={t(`dropKeptText.${kind}`)}
        names={[kept]}
        confirm={t(`dropKept.${kind}`)}
        action={({ names }) => dropKeptAction({ useId, confirm: names[0] ?? "" })}
        done={t("dropped")}
      />
    </>
  );
}
