import { useTranslations } from "next-intl";
import type { IconName } from "@/components/icon";
import { Mark, type Meaning } from "@/components/mark";
import type { BackupRow, BackupState, UseState } from "@/lib/operations/backup/views";
import { type Proof, proofOf } from "./proof";

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

const proofs = {
  damaged: "danger",
  failed: "danger",
  differs: "danger",
  restores: "safe",
  intact: "safe",
  none: "neutral",
} as const satisfies Record<Proof, Meaning>;

export function ProofMark({
  backup,
  tag,
}: {
  backup: Pick<BackupRow, "verified" | "tested">;
  tag?: boolean;
}) {
  const t = useTranslations("backups");
  const proof = proofOf(backup);
  return (
    <Mark meaning={proofs[proof]} tag={tag} icon={proof === "none" ? "todo" : undefined}>
      {t(`proof.${proof}`)}
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
