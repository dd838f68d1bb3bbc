import { useTranslations } from "next-intl";
import type { IconName } from "@/components/icon";
import { Mark, type Meaning } from "@/components/mark";
import type { DeploymentState } from "@/lib/core/run/types";
import type { RunState } from "@/lib/operations/deployment/views";

const looks: Record<DeploymentState, { meaning: Meaning; icon?: IconName }> = {
  draft: { meaning: "neutral", icon: "edit" },
  checking: { meaning: "notice" },
  ready: { meaning: "neutral" },
  blocked: { meaning: "danger" },
  awaiting_approval: { meaning: "neutral" },
  approved: { meaning: "safe" },
  queued: { meaning: "neutral" },
  running: { meaning: "notice" },
  succeeded: { meaning: "safe" },
  failed: { meaning: "danger" },
  cancelled: { meaning: "neutral", icon: "stop" },
  in_doubt: { meaning: "unknown" },
};

/** Where a deployment or a run stands, as icon, word and colour. */
export function StateMark({ state, tag }: { state: DeploymentState | RunState; tag?: boolean }) {
  const t = useTranslations("deployments");
  const { meaning, icon } = looks[state];
  return (
    <Mark meaning={meaning} icon={icon} tag={tag}>
      {t(`state.${state}`)}
    </Mark>
  );
}
