"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState, useTransition } from "react";
import type { ActionAnswer } from "@/components/action-state";
import { EnvironmentChip, EnvironmentLine } from "@/components/environment";
import { Section } from "@/components/page";
import { ErrorState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { useAnswer } from "@/components/use-answer";
import { concerns } from "@/lib/core/plan/concerns";
import type { ProjectPlaces } from "@/lib/operations/frame/places";
import { createAction, planAction } from "../actions";
import { Plan, PlanLoading, type PlanView } from "./plan";

interface NewDeploymentProps {
  project: string;
  places: ProjectPlaces;
  /** Target that a link asks for. */
  wanted: string | null;
  /** File name of the migration that a link wants deployed there; "": all that waits. */
  upTo: string;
}

type Failure = Extract<ActionAnswer, { ok: false }>["error"];

/** Which service, where, how far; below it what that would apply, by the target's ledger as it is now. */
export function NewDeployment({ project, places, wanted, upTo: asked }: NewDeploymentProps) {
  const t = useTranslations("deployments");
  const router = useRouter();
  const first =
    places.targets.find((target) => target.id === wanted) ??
    places.targets.find((target) => target.pending > 0) ??
    places.targets[0];
  const [serviceId, setServiceId] = useState(first?.serviceId ?? "");
  const [targetId, setTargetId] = useState(first?.id ?? "");
  const [to, setTo] = useState(asked);
  const [drafts, setDrafts] = useState<string[]>([]);
  const { plan, error, stale, again } = usePlan(targetId, drafts);
  // A draft that was come for goes along without being ticked first.
  const draftAsked = useRef(asked !== "");
  useEffect(() => {
    if (!plan || !draftAsked.current) return;
    draftAsked.current = false;
    if (plan.drafts.some((draft) => draft.filename === asked)) setDrafts([asked]);
  }, [plan, asked]);
  const [pending, start] = useTransition();
  const waitFor = useAnswer();
  const [refused, setRefused] = useState<Failure | null>(null);

  const environmentOf = (id: string) => places.environments.find((environment) => environment.id === id);
  const targets = places.environments.flatMap((environment) =>
    places.targets.filter(
      (target) => target.serviceId === serviceId && target.environmentId === environment.id,
    ),
  );
  const environment = environmentOf(targets.find((target) => target.id === targetId)?.environmentId ?? "");

  function chooseTarget(id: string) {
    draftAsked.current = false;
    setTargetId(id);
    setTo("");
    setDrafts([]);
    setRefused(null);
  }

  function chooseService(id: string) {
    setServiceId(id);
    const own = places.targets.filter((target) => target.serviceId === id);
    chooseTarget((own.find((target) => target.pending > 0) ?? own[0])?.id ?? "");
  }

  // What a link asked for may be applied already; then everything that waits is meant.
  const goal = plan?.migrations.some((migration) => migration.filename === to) ? to : "";
  const shown = plan ? upTo(plan, goal) : null;

  function create() {
    start(async () => {
      const answer = await waitFor(createAction({ targetId, drafts, ...(goal ? { to: goal } : {}) }));
      if (answer.ok) router.push(`/${project}/deployments/${answer.data.number}`);
      else setRefused(answer.error);
    });
  }

  return (
    <>
      {environment ? <EnvironmentLine color={environment.color} /> : null}
      <div className="new-deployment">
        <div className="form">
          <Field label={t("new.service")}>
            <Select
              value={serviceId}
              onChange={(event) => chooseService(event.target.value)}
              options={places.services
                .filter((service) => places.targets.some((target) => target.serviceId === service.id))
                .map((service) => ({ value: service.id, label: service.name }))}
            />
          </Field>
          <fieldset>
            <legend>{t("new.environment")}</legend>
            <div className="choices">
              {targets.map((target) => {
                const place = environmentOf(target.environmentId);
                return (
                  <label key={target.id} className="choice">
                    <Checkbox
                      type="radio"
                      name="target"
                      value={target.id}
                      checked={target.id === targetId}
                      onChange={() => chooseTarget(target.id)}
                    />
                    <span>{place ? <EnvironmentChip environment={place} plain /> : null}</span>
                    <span className="muted">{t("new.pending", { count: target.pending })}</span>
                  </label>
                );
              })}
            </div>
          </fieldset>
          {plan && plan.migrations.length > 1 ? (
            <Field label={t("new.version")} hint={t("new.versionHint")}>
              <Select
                value={goal}
                onChange={(event) => setTo(event.target.value)}
                options={[
                  { value: "", label: t("new.newest") },
                  ...[...plan.migrations]
                    .reverse()
                    .map((migration) => ({ value: migration.filename, label: migration.filename })),
                ]}
              />
            </Field>
          ) : null}
          {plan && (plan.drafts.length > 0 || drafts.length > 0) ? (
            <Drafts plan={plan} chosen={drafts} onChange={setDrafts} />
          ) : null}
        </div>

        <Section
          title={t("new.applied")}
          note={shown && !error ? t("new.count", { count: shown.migrations.length }) : null}
        >
          {error ? (
            <ErrorState
              title={error.message}
              hint={error.hint}
              action={<Button onClick={again}>{t("new.again")}</Button>}
            />
          ) : shown ? (
            <Plan project={project} targetId={targetId} plan={shown} />
          ) : (
            <PlanLoading />
          )}
          {refused ? <ErrorState title={refused.message} hint={refused.hint} /> : null}
          {shown && !error && shown.migrations.length > 0 && environment ? (
            <div className="fix-bar">
              <Button variant="go" size="big" onClick={create} pending={pending || stale}>
                {t("new.create", { count: shown.migrations.length, environment: environment.name })}
              </Button>
              <span className="muted">{t("new.then")}</span>
            </div>
          ) : null}
        </Section>
      </div>
    </>
  );
}

function Drafts({
  plan,
  chosen,
  onChange,
}: {
  plan: PlanView;
  chosen: string[];
  onChange: (drafts: string[]) => void;
}) {
  const t = useTranslations("deployments");
  const all = [...new Set([...chosen, ...plan.drafts.map((draft) => draft.filename)])].sort();
  return (
    <fieldset>
      <legend>{t("new.drafts")}</legend>
      <div className="choices">
        {all.map((filename) => (
          <label key={filename} className="choice">
            <Checkbox
              checked={chosen.includes(filename)}
              onChange={(event) =>
                onChange(
                  event.target.checked ? [...chosen, filename] : chosen.filter((name) => name !== filename),
                )
              }
            />
            <code className="truncate">{filename}</code>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** The plan as far as the chosen migration. */
function upTo(plan: PlanView, to: string): PlanView {
  const last = plan.migrations.findIndex((migration) => migration.filename === to);
  if (last === -1) return plan;
  const migrations = plan.migrations.slice(0, last + 1);
  const unsaved = plan.unsaved.filter((text) => migrations.some((one) => one.filename === text.filename));
  const problems = plan.problems.filter((problem) => concerns(problem, migrations));
  return { ...plan, migrations, problems, unsaved };
}

/**
 * Asks the target what is due; an answer about another choice is dropped. While other drafts are looked at, or when
 * they are refused, the plan before stays: the box that was ticked keeps its place and its focus.
 */
function usePlan(targetId: string, drafts: string[]) {
  const [answer, setAnswer] = useState<{
    asked: string;
    plan: PlanView | null;
    error: Failure | null;
  } | null>(null);
  const [round, setRound] = useState(0);
  const waitFor = useAnswer();
  const wanted = drafts.join("\n");
  const asked = `${targetId} ${round} ${wanted}`;
  useEffect(() => {
    let current = true;
    if (!targetId) return;
    const input = { targetId, direction: "up" as const, drafts: wanted === "" ? [] : wanted.split("\n") };
    waitFor(planAction(input)).then((said) => {
      if (!current) return;
      setAnswer((was) => ({
        asked,
        plan: said.ok ? said.data : was?.asked.startsWith(`${targetId} `) ? was.plan : null,
        error: said.ok ? null : said.error,
      }));
    });
    return () => {
      current = false;
    };
  }, [targetId, wanted, asked, waitFor]);
  const ofTarget = answer?.asked.startsWith(`${targetId} `) ? answer : null;
  return {
    plan: ofTarget?.plan ?? null,
    error: ofTarget?.error ?? null,
    stale: ofTarget !== null && ofTarget.asked !== asked,
    again: () => setRound((was) => was + 1),
  };
}
