"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useShortList } from "@/components/short-list";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import type { ActionKind, ActionView, DeploymentLive } from "@/lib/operations/deployment/views";
import { useIsFresh, useLive } from "../_live/live";
import { ActionButton } from "./action-buttons";

export interface Place {
  slug: string;
  id: string;
  number: number;
  environment: string;
  promoteTo: string | null;
}

export interface DoCardProps {
  place: Place;
  direction: "up" | "down";
  migrations: number;
  /** Hash of what this page shows; it goes with every decision. */
  bound: string;
  actions: Record<ActionKind, ActionView>;
  /** People who ask for changes of what this page shows. */
  askers: string[];
  /** The first script, in the editor; null: this viewer changes none. */
  editor: string | null;
  /** Where it has to run first, when nothing else keeps it from running. */
  before: { environment: string; href: string } | null;
}

/** What else may be done in each state, besides the one next action; only what is allowed is shown. */
const BESIDE: Record<DeploymentLive["next"]["kind"], ActionKind[]> = {
  approve: ["request_changes", "cancel"],
  run: ["request_changes", "check", "cancel"],
  check: ["cancel"],
  fix: ["cancel"],
  changes: ["approve", "cancel"],
  wait_check: [],
  wait_approval: ["request_changes", "cancel"],
  wait_queue: [],
  wait_run: [],
  retry: ["rollback"],
  promote: ["rollback"],
  rollback: [],
  settle: [],
  request_changes: [],
  comment: [],
  cancel: [],
  none: ["promote", "rollback"],
};

/** The one next action, said in words, with its button. */
export function DoCard(props: DoCardProps) {
  const t = useTranslations("deployments");
  const live = useLive();
  const list = useShortList();
  const fresh = useIsFresh();
  const { kind, action } = live.next;
  const { place, actions } = props;
  const { given, needed } = live.approvals;
  const values = {
    number: place.number,
    environment: place.environment,
    next: place.promoteTo ?? "",
    count: props.migrations,
    left: Math.max(0, needed - given),
    given,
    needed,
    askers: list(props.askers, 2),
    people: props.askers.length,
    before: props.before?.environment ?? "",
  };
  const said = kind === "fix" && props.before ? "before" : kind;
  const main = mainAction(kind);
  const beside = BESIDE[kind].filter((other) => other !== main && actions[other].allowed);
  // A decision needs its evidence: while the server draws it, there is nothing to press.
  if (!fresh) return <Drawing />;
  return (
    <section className="do">
      <h2>{t(`do.${said}.title`, values)}</h2>
      <p>{t(`do.${said}.text`, values)}</p>
      {said === "before" && props.before ? (
        <Button asChild wide size="big" variant="go">
          <Link href={props.before.href}>{t("do.before.go", values)}</Link>
        </Button>
      ) : null}
      {main && action?.allowed ? <ActionButton {...props} kind={main} main={said !== "before"} /> : null}
      {kind === "changes" ? <ChangesAsked editor={actions.approve.allowed ? null : props.editor} /> : null}
      {beside.map((other) => (
        <ActionButton key={other} {...props} kind={other} main={false} />
      ))}
      {main && action && !action.allowed && action.reason ? (
        <p className="foot">{t(`reason.${action.reason}`, reasonValues(action, t))}</p>
      ) : null}
      {main === "run" && action?.allowed && action.confirm.length > 0 ? (
        <p className="foot">
          {t("do.willType", { names: action.confirm.join(", "), count: action.confirm.length })}
        </p>
      ) : null}
    </section>
  );
}

/** Who decides reads what is asked for; everybody else is led to the script. */
function ChangesAsked({ editor }: { editor: string | null }) {
  const t = useTranslations("deployments");
  return (
    <>
      {editor === null ? null : (
        <Button asChild wide size="big" variant="go">
          <Link href={editor}>{t("findings.openEditor")}</Link>
        </Button>
      )}
      <Button asChild wide>
        <a href="#talk">{t("do.changes.read")}</a>
      </Button>
    </>
  );
}

function Drawing() {
  const t = useTranslations("common");
  return (
    <section className="do" aria-busy="true">
      {/* The headings below it keep their level. */}
      <h2>
        <span className="sr-only">{t("loading")}</span>
        <Skeleton width="70%" height={22} />
      </h2>
      <Skeleton width="100%" className="mt-3" />
      <Skeleton width="100%" height={40} className="mt-4" />
    </section>
  );
}

/** The button that belongs to the next step; waiting can be cut short by cancelling. */
function mainAction(kind: DeploymentLive["next"]["kind"]): ActionKind | null {
  switch (kind) {
    case "wait_check":
    case "wait_queue":
    case "wait_run":
      return "cancel";
    case "fix":
      return "check";
    case "wait_approval":
    case "changes":
    case "none":
      return null;
    default:
      return kind;
  }
}

function reasonValues(
  action: ActionView,
  t: ReturnType<typeof useTranslations<"deployments">>,
): Record<string, string | number> {
  const roleWord = (value: string | number | undefined) =>
    typeof value === "string" && value !== "" ? t(`roles.${value as "viewer"}`) : t("roles.none");
  return {
    ...action.params,
    needed: action.reason === "role" ? roleWord(action.params.needed) : (action.params.needed ?? 0),
    role: roleWord(action.params.role),
  };
}
