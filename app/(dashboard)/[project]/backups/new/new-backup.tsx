"use client";

import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { formatBytes, formatDuration } from "@/components/format";
import { Mark } from "@/components/mark";
import { Panel } from "@/components/page";
import { Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { useQuestion } from "@/components/use-question";
import type { BackupScope } from "@/lib/core/backup/types";
import type { BackupDetail } from "@/lib/operations/backup/views";
import { labelsOf, labelsText } from "../_components/labels";
import { createAction, estimateAction } from "../actions";

interface NewBackupProps {
  project: string;
  targets: { id: string; service: string; environment: string }[];
  storages: { id: string; name: string; isDefault: boolean; location: string }[];
  target: string;
  /** One that is to be made again. */
  like: Pick<BackupDetail, "scope" | "description" | "labels" | "storage"> | null;
}

const SCOPES = ["database", "schemas", "tables", "schema_only"] as const;
type ScopeKind = (typeof SCOPES)[number];

/** What, where, and for how long; with what it will take, before it begins. */
export function NewBackup({ project, targets, storages, target, like }: NewBackupProps) {
  const t = useTranslations("backups");
  const router = useRouter();
  const [targetId, setTarget] = useState(target);
  const [storageId, setStorage] = useState(
    (
      storages.find((one) => one.id === like?.storage.id) ??
      storages.find((one) => one.isDefault) ??
      storages[0]
    )?.id ?? "",
  );
  const [kind, setKind] = useState<ScopeKind>(like?.scope.kind ?? "database");
  const [names, setNames] = useState(like ? linesOf(like.scope) : "");
  const scope = scopeOf(kind, names);

  return (
    <Panel padded>
      <ActionForm
        action={({ labels, ...input }) => createAction({ ...input, labels: labelsOf(labels) })}
        values={{ targetId, scope, ...(storageId ? { storageId } : {}) }}
        done={t("new.asked")}
        onDone={({ id }: { id: string }) => router.push(`/${project}/backups/${id}`)}
      >
        <Field label={t("new.target")}>
          <Select
            value={targetId}
            onChange={(event) => setTarget(event.target.value)}
            options={targets.map((one) => ({
              value: one.id,
              label: t("new.targetOf", { service: one.service, environment: one.environment }),
            }))}
          />
        </Field>
        <Field label={t("new.scope")} hint={t(`new.scopeHint.${kind}`)}>
          <Select
            value={kind}
            onChange={(event) => setKind(event.target.value as ScopeKind)}
            options={SCOPES.map((value) => ({ value, label: t(`new.scopes.${value}`) }))}
          />
        </Field>
        {kind === "schemas" || kind === "tables" ? (
          <Field label={t(kind === "schemas" ? "new.schemas" : "new.tables")} hint={t("new.oneALine")}>
            <Textarea
              className="mono"
              rows={4}
              value={names}
              onChange={(event) => setNames(event.target.value)}
              spellCheck={false}
            />
          </Field>
        ) : null}
        <Field label={t("new.storage")} hint={storages.find(({ id }) => id === storageId)?.location}>
          <Select
            value={storageId}
            onChange={(event) => setStorage(event.target.value)}
            options={storages.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
        <Field label={t("new.description")} optional>
          <Input name="description" maxLength={500} defaultValue={like?.description} />
        </Field>
        <Field label={t("new.labels")} hint={t("new.labelsHint")} optional>
          <Input name="labels" maxLength={1000} defaultValue={labelsText(like?.labels ?? [])} />
        </Field>
        <Field label={t("new.keepDays")} hint={t("new.keepDaysHint")} optional>
          <Input name="keepDays" type="number" min={1} max={3660} />
        </Field>
        <Field label={t("new.test")} hint={t("new.testHint")} beside>
          <Checkbox name="testAfter" defaultChecked />
        </Field>
        <Estimate targetId={targetId} storageId={storageId} kind={kind} names={names} />
        <div className="buttons">
          <SubmitButton>{t("new.submit")}</SubmitButton>
        </div>
      </ActionForm>
    </Panel>
  );
}

function scopeOf(kind: ScopeKind, names: string) {
  const lines = names
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  if (kind === "schemas") return { kind, schemas: lines };
  if (kind !== "tables") return { kind };
  const tables = lines.map((line) => {
    const at = line.indexOf(".");
    return at < 0
      ? { schema: "public", name: line }
      : { schema: line.slice(0, at), name: line.slice(at + 1) };
  });
  return { kind, tables };
}

/** The names of a scope as they are typed. */
function linesOf(scope: BackupScope): string {
  if (scope.kind === "schemas") return scope.schemas.join("\n");
  if (scope.kind !== "tables") return "";
  return scope.tables.map(({ schema, name }) => `${schema}.${name}`).join("\n");
}

function Estimate(props: { targetId: string; storageId: string; kind: ScopeKind; names: string }) {
  const t = useTranslations("backups");
  const common = useTranslations("common");
  const locale = useLocale();
  const { targetId, storageId, kind, names } = props;
  const listed = kind === "schemas" || kind === "tables";
  const question = {
    targetId,
    scope: scopeOf(kind, names) as { kind: "database" },
    ...(storageId ? { storageId } : {}),
  };
  const { answer, asking, again } = useQuestion(
    estimateAction,
    listed && names.trim() === "" ? null : question,
  );
  const found = answer?.ok ? answer.data : null;
  const problem = answer && !answer.ok && !asking ? answer.error : null;

  return (
    <div className={problem ? undefined : "estimate"} aria-live="polite">
      {problem ? (
        <Note
          meaning="danger"
          action={
            <Button size="small" onClick={again}>
              {common("retry")}
            </Button>
          }
        >
          <p className="strong">{problem.message}</p>
          {problem.hint ? <p className="muted">{problem.hint}</p> : null}
        </Note>
      ) : null}
      {found ? (
        <>
          <p>
            {t.rich("new.foretold", {
              b: (text) => <b>{text}</b>,
              time: formatDuration(found.seconds * 1000, locale),
              size: formatBytes(found.archiveBytes, locale),
              tables: found.tables,
            })}
          </p>
          {found.freeBytes === null ? (
            <p className="muted">{t("new.roomUnknown")}</p>
          ) : (
            <Mark meaning={found.fits ? "safe" : "danger"}>
              {t(found.fits ? "new.room" : "new.noRoom", { free: formatBytes(found.freeBytes, locale) })}
            </Mark>
          )}
        </>
      ) : asking ? (
        <p className="muted">{t("new.estimating")}</p>
      ) : null}
    </div>
  );
}
