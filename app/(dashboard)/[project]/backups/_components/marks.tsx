import { useTranslations } from "next-intl";
import type { IconName } from "@/components/icon";
import { Mark, type Meaning } from "@/components/mark";
import type { BackupRow, BackupState, UseState } from "@/lib/operations/backup/views";

const states: Record<BackupState, { meaning: Meaning; icon?: IconName }> = {
  queued: { meaning: "neutral" },
  running: { meaning: "notice" },
  succeeded: { meaning: "safe" },
  failed: { meaning: "danger" },
  cancelled: { meaning: "neutral", icon: "stop" },
  deleting: { meaning: "neutral", icon: "trash" },
};

/** Whether it is there, being made, or failed. */
export function BackupMark({ state, tag }: { state: BackupState; tag?: boolean }) {
  const t = useTranslations("backups");
  const { meaning, icon } = states[state];
  return (
    <Mark meaning={meaning} icon={icon} tag={tag}>
      {t(`state.${state}`)}
    </Mark>
  );
}

/** What is known of its worth: the strongest of what tests and verifications found. */
export function ProofMark({
  backup,
  tag,
}: {
  backup: Pick<BackupRow, "verified" | "tested">;
  tag?: boolean;
}) {
  const t = useTranslations("backups");
  const { verified, tested } = backup;
  if (verified.state === "damaged") return <Proof meaning="danger" words={t("proof.damaged")} tag={tag} />;
  if (tested.state === "failed" || tested.state === "differs")
    return <Proof meaning="danger" words={t(`proof.${tested.state}`)} tag={tag} />;
  if (tested.state === "restores") return <Proof meaning="safe" words={t("proof.restores")} tag={tag} />;
  if (verified.state === "intact") return <Proof meaning="safe" words={t("proof.intact")} tag={tag} />;
  return <Proof meaning="neutral" words={t("proof.none")} tag={tag} />;
}

function Proof({ meaning, words, tag }: { meaning: Meaning; words: string; tag: boolean | undefined }) {
  return (
    <Mark meaning={meaning} tag={tag} icon={meaning === "neutral" ? "todo" : undefined}>
      {words}
    </Mark>
  );
}

const uses: Record<UseState, Meaning> = {
  awaiting_approval: "warning",
  queued: "neutral",
  running: "notice",
  succeeded: "safe",
  failed: "danger",
  cancelled: "neutral",
  in_doubt: "unknown",
};

/** Where a restore, a test or a verification stands. `ok` false: it ended and found something. */
export function UseMark({ state, ok }: { state: UseState; ok: boolean }) {
  const t = useTranslations("backups");
  const bad = state === "succeeded" && !ok;
  return <Mark meaning={bad ? "danger" : uses[state]}>{t(bad ? "use.found" : `use.state.${state}`)}</Mark>;
}
