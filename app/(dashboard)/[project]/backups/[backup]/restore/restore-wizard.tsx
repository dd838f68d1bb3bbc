"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { EnvironmentChip } from "@/components/environment";
import { FormError } from "@/components/form-error";
import { Section } from "@/components/page";
import { Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import type { LedgerPosition, ReplicationTies } from "@/lib/core/backup/types";
import type { BackupContents } from "@/lib/operations/backup/contents";
import type { Proof } from "../../_components/proof";
import { restoreAction } from "../../actions";
import { TableChoice } from "./table-choice";

interface WizardTarget {
  id: string;
  service: string;
  environment: { id: string; name: string; color: string; protected: boolean };
  database: string;
  host: string;
  currentVersion: string | null;
  approvals: number;
}

interface RestoreWizardProps {
  project: string;
  backup: {
    id: string;
    targetId: string | null;
    isWhole: boolean;
    proof: Proof;
    database: string;
    ledger: LedgerPosition[];
    replication: ReplicationTies | null;
    roles: string[];
  };
  contents: BackupContents;
  targets: WizardTarget[];
}

const MODES = ["new_database", "beside", "in_place"] as const;
type Mode = (typeof MODES)[number];

/** Where to, how, what of it, what needs a decision, and the name of what is replaced. */
export function RestoreWizard({ project, backup, contents, targets }: RestoreWizardProps) {
  const t = useTranslations("backups.wizard");
  const router = useRouter();
  const [pending, start] = useTransition();
  const [targetId, setTarget] = useState(backup.targetId ?? targets[0]?.id ?? "");
  const [mode, setMode] = useState<Mode>(backup.isWhole ? "new_database" : "beside");
  const [name, setName] = useState(`${backup.database}_restored`.slice(0, 63));
  const [part, setPart] = useState(false);
  const [tables, setTables] = useState<ReadonlySet<string>>(new Set());
  const [owners, setOwners] = useState<"keep" | "none">("keep");
  const [createRoles, setCreateRoles] = useState(false);
  const [leave, setLeave] = useState(false);
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [error, setError] = useState<{ message: string; hint?: string | undefined } | null>(null);
  const target = targets.find(({ id }) => id === targetId);
  const live = mode !== "beside";
  const chosen = part && mode !== "new_database";
  const holdsLedger = [...tables].some((key) => JSON.parse(key).schema === "dbmigrator");
  const ready =
    target !== undefined &&
    !contents.keyMissing &&
    (!live || typed.trim() === target.database) &&
    (mode !== "beside" || name.trim() !== "") &&
    (!chosen || tables.size > 0);

  function submit() {
    if (!target || !ready) return;
    start(async () => {
      const answer = await restoreAction({
        backupId: backup.id,
        targetId,
        mode,
        choices: {
          owners,
          missingRoles: createRoles ? "create" : "refuse",
          replication: leave ? "leave" : "refuse",
        },
        tables: chosen ? [...tables].map((key) => JSON.parse(key) as { schema: string; name: string }) : [],
        ...(mode === "beside" ? { as: name.trim() } : { confirm: typed.trim() }),
        ...(reason.trim() ? { reason: reason.trim() } : {}),
      });
      if (!answer.ok) return setError(answer.error);
      toast.success(t(answer.data.state === "awaiting_approval" ? "waits" : "asked"));
      router.push(`/${project}/backups/${backup.id}`);
    });
  }

  return (
    <form
      className="form wizard"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {contents.keyMissing ? <Note meaning="danger">{t("keyMissing")}</Note> : <Doubt proof={backup.proof} />}
      <Field label={t("target")}>
        <Select
          value={targetId}
          onChange={(event) => setTarget(event.target.value)}
          options={targets.map((one) => ({
            value: one.id,
            label: t("targetOf", {
              service: one.service,
              environment: one.environment.name,
              database: one.database,
            }),
          }))}
        />
      </Field>
      <fieldset>
        <legend>{t("mode")}</legend>
        <div className="choices">
          {MODES.map((value) => (
            <label key={value} className="choice">
              <Checkbox
                type="radio"
                name="mode"
                value={value}
                checked={mode === value}
                disabled={value === "new_database" && !backup.isWhole}
                onChange={() => setMode(value)}
              />
              <span>
                <b className="strong">{t(`modes.${value}`)}</b>
                <span className="second">{t(`modeHints.${value}`)}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      {mode === "beside" ? (
        <Field label={t("name")} hint={t("nameHint")}>
          <Input
            className="mono"
            value={name}
            maxLength={63}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
      ) : null}
      {mode === "new_database" ? null : (
        <>
          <Field label={t("part")} hint={t(`partHints.${mode}`)} beside>
            <Checkbox checked={part} onChange={(event) => setPart(event.target.checked)} />
          </Field>
          {part ? <TableChoice contents={contents} chosen={tables} onChange={setTables} /> : null}
        </>
      )}
      <Section title={t("decisions")} className="first">
        <div className="grid gap-4">
          <Field
            label={t("owners")}
            hint={
              backup.roles.length > 0
                ? t("ownersHint", { roles: backup.roles.slice(0, 6).join(", ") })
                : t("ownersNone")
            }
            beside
          >
            <Checkbox
              checked={owners === "keep"}
              onChange={(event) => setOwners(event.target.checked ? "keep" : "none")}
            />
          </Field>
          {owners === "keep" ? (
            <Field label={t("createRoles")} hint={t("createRolesHint")} beside>
              <Checkbox checked={createRoles} onChange={(event) => setCreateRoles(event.target.checked)} />
            </Field>
          ) : null}
          {mode === "new_database" ? (
            <Field label={t("replication")} hint={<Ties ties={backup.replication} />} beside>
              <Checkbox checked={leave} onChange={(event) => setLeave(event.target.checked)} />
            </Field>
          ) : null}
        </div>
      </Section>
      {target ? (
        <Consequence
          target={target}
          mode={mode}
          name={name}
          ledger={chosen && !holdsLedger ? null : backup.ledger}
        />
      ) : null}
      {live && target ? (
        <Field label={t("type", { database: target.database })}>
          <Input
            className="mono"
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </Field>
      ) : null}
      <Field label={t("reason")} optional>
        <Textarea
          rows={2}
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
      {error ? <FormError message={error.message} hint={error.hint} /> : null}
      <div className="buttons">
        <Button type="submit" variant={live ? "stop" : "go"} disabled={!ready} pending={pending}>
          {t(`submit.${mode}`, { database: live ? (target?.database ?? "") : name })}
        </Button>
      </div>
    </form>
  );
}

/** What is known against the backup, or that nothing is known of it. */
function Doubt({ proof }: { proof: Proof }) {
  const t = useTranslations("backups.wizard");
  if (proof === "restores") return null;
  if (proof === "none" || proof === "intact") return <Note meaning="warning">{t("unproven")}</Note>;
  return <Note meaning="danger">{t(`broken.${proof}`)}</Note>;
}

/** What hangs on the database by replication and stays with the old one. */
function Ties({ ties }: { ties: ReplicationTies | null }) {
  const t = useTranslations("backups.wizard");
  const names = [
    ...(ties?.slots ?? []).map((slot) => slot.name),
    ...(ties?.subscriptions ?? []).map((subscription) => subscription.name),
  ];
  return <>{names.length === 0 ? t("replicationNone") : t("replicationHint", { names: names.join(", ") })}</>;
}

function Consequence({
  target,
  mode,
  name,
  ledger,
}: {
  target: WizardTarget;
  mode: Mode;
  name: string;
  /** null: only chosen tables. */
  ledger: LedgerPosition[] | null;
}) {
  const t = useTranslations("backups.wizard");
  return (
    <Note meaning={mode === "beside" ? "notice" : "warning"}>
      <p>
        <EnvironmentChip environment={target.environment} plain />{" "}
        {t(`consequence.${mode}`, { database: target.database, host: target.host, name })}
      </p>
      {mode === "beside" ? null : (
        <p>
          <AfterLedger target={target} ledger={ledger} />
        </p>
      )}
      {mode !== "beside" && target.approvals > 0 ? (
        <p>{t("approvals", { count: target.approvals })}</p>
      ) : null}
    </Note>
  );
}

/** What will be pending: the ledger comes back with a whole backup, and not with chosen tables. */
function AfterLedger({ target, ledger }: { target: WizardTarget; ledger: LedgerPosition[] | null }) {
  const t = useTranslations("backups.wizard");
  if (ledger === null) return t("ledgerStays");
  const own = ledger.find((one) => one.service === target.service);
  if (!own) return t("ledgerNone");
  const { version } = own;
  if (version === target.currentVersion) return t("ledgerSame", { version });
  return t("ledger", { version, now: target.currentVersion ?? t("nothing") });
}
