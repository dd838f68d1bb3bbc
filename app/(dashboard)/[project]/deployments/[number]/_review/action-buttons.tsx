"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { toast } from "sonner";
import type { ActionAnswer } from "@/components/action-state";
import { ConfirmByName } from "@/components/confirm-by-name";
import { Icon, type IconName } from "@/components/icon";
import { Button, type ButtonProps } from "@/components/ui/button";
import { useAnswer } from "@/components/use-answer";
import type { ActionKind } from "@/lib/operations/deployment/views";
import {
  approveAction,
  cancelAction,
  checkAction,
  promoteAction,
  requestChangesAction,
  retryAction,
  rollbackAction,
  runDeploymentAction,
} from "../../actions";
import type { DoCardProps } from "./do-card";
import { SettleButton } from "./settle-button";

const KEYS: Partial<Record<ActionKind, string>> = { approve: "a", run: "r", cancel: "x" };
const ICONS: Partial<Record<ActionKind, IconName>> = { cancel: "stop", rollback: "undo" };
/** Actions without a question: they change nothing anywhere but our own record, and can be repeated. */
const AT_ONCE = ["check", "retry", "promote"] as const;

type ActionButtonProps = DoCardProps & { kind: ActionKind; main: boolean };

/** One thing that may be done now. What touches a database or decides for others asks first. */
export function ActionButton(props: ActionButtonProps) {
  const { kind } = props;
  if (kind === "settle") return <Settle {...props} />;
  if ((AT_ONCE as readonly string[]).includes(kind)) return <AtOnce {...props} />;
  return <Asked {...props} />;
}

function useLook({ kind, main }: ActionButtonProps): ButtonProps {
  const stop = kind === "cancel";
  return {
    wide: true,
    variant: stop && main ? "stop" : main ? "go" : kind === "cancel" ? "quiet" : "default",
    ...(main ? { size: "big" as const } : {}),
    ...(KEYS[kind] ? { "data-key": KEYS[kind] } : {}),
  };
}

function useLabel({ kind, place, migrations, direction }: ActionButtonProps) {
  const t = useTranslations("deployments");
  return t(`act.${kind}`, {
    environment: place.environment,
    next: place.promoteTo ?? "",
    count: migrations,
    direction,
  });
}

function Inside(props: ActionButtonProps) {
  const label = useLabel(props);
  const icon = ICONS[props.kind];
  const key = KEYS[props.kind];
  return (
    <>
      {icon ? <Icon name={icon} /> : null}
      {label}
      {key ? <kbd>{key}</kbd> : null}
    </>
  );
}

function AtOnce(props: ActionButtonProps) {
  const look = useLook(props);
  const router = useRouter();
  const t = useTranslations("deployments");
  const [pending, start] = useTransition();
  const waitFor = useAnswer();
  const { kind, place } = props;
  const run = () =>
    start(async () => {
      const ref = { deploymentId: place.id };
      const sent: Promise<ActionAnswer<unknown>> =
        kind === "promote" ? promoteAction(ref) : kind === "retry" ? retryAction(ref) : checkAction(ref);
      const answer = await waitFor(sent);
      if (!answer.ok) toast.error(answer.error.message, { description: answer.error.hint });
      else if (kind === "promote") {
        const { number } = answer.data as { number: number };
        toast.success(t("done.promote", { number }));
        router.push(`/${place.slug}/deployments/${number}`);
      } else router.refresh();
    });
  return (
    <Button {...look} pending={pending} onClick={run}>
      <Inside {...props} />
    </Button>
  );
}

function Settle(props: ActionButtonProps) {
  return <SettleButton deploymentId={props.place.id} label={useLabel(props)} />;
}

function Asked(props: ActionButtonProps) {
  const t = useTranslations("deployments");
  const router = useRouter();
  const look = useLook(props);
  const label = useLabel(props);
  const { kind, place, bound, actions, migrations } = props;
  const count = actions[kind].migrations ?? migrations;
  const values = { environment: place.environment, count, number: place.number };
  const asked = kind as "approve" | "request_changes" | "run" | "cancel" | "rollback";
  return (
    <ConfirmByName
      trigger={
        <Button {...look}>
          <Inside {...props} />
        </Button>
      }
      title={t(`ask.${asked}.title`, values)}
      text={t(`ask.${asked}.text`, values)}
      names={actions[kind].confirm}
      {...reasonOf(kind, actions[kind].needsReason)}
      confirm={label}
      variant={kind === "approve" || kind === "run" ? "go" : "stop"}
      action={({ names, reason }) => send(kind, { id: place.id, bound, names, reason })}
      done={t(`done.${asked}`, values)}
      onDone={(data: { number?: number } | null) => {
        if (kind === "rollback" && data?.number) router.push(`/${place.slug}/deployments/${data.number}`);
        else router.refresh();
      }}
    />
  );
}

function reasonOf(kind: ActionKind, needed: boolean): { reason?: "optional" | "required" } {
  if (kind === "request_changes" || needed) return { reason: "required" };
  return kind === "approve" || kind === "rollback" ? { reason: "optional" } : {};
}

interface Given {
  id: string;
  bound: string;
  names: string[];
  reason?: string | undefined;
}

function send(kind: ActionKind, { id, bound, names, reason }: Given): Promise<ActionAnswer> {
  const deploymentId = id;
  switch (kind) {
    case "approve":
      return approveAction({ deploymentId, boundHash: bound, ...(reason ? { comment: reason } : {}) });
    case "request_changes":
      return requestChangesAction({ deploymentId, boundHash: bound, comment: reason ?? "" });
    case "run":
      return runDeploymentAction({ deploymentId, boundHash: bound, confirm: names });
    case "rollback":
      return rollbackAction({ deploymentId, ...(reason ? { reason } : {}) });
    default:
      return cancelAction({ deploymentId });
  }
}
