"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef, useState, useTransition } from "react";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { readForm } from "@/components/read-form";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { DialogBody, DialogClose, DialogFoot } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import type { ProbeResult } from "@/lib/operations/target/probe";
import type { TargetDetail } from "@/lib/operations/target/views";
import { addTarget, changeTarget, tryConnection } from "./actions";
import { isLocal, ProbeReport } from "./probe-report";

interface TargetFormProps {
  environmentId: string;
  /** The one to change; without it a new one is made. */
  target?: TargetDetail;
  /** What comes before the address: which service. */
  children?: ReactNode;
  onDone: () => void;
}

const TLS_MODES = ["verify-full", "verify-ca", "require", "disable"] as const;
const SHADOWS = ["auto", "target_server", "embedded"] as const;

/** How a database is reached, field by field; tried before it is saved. */
export function TargetForm({ environmentId, target, children, onDone }: TargetFormProps) {
  const t = useTranslations("settings.targets");
  const common = useTranslations("common");
  const [tls, setTls] = useState(target?.tlsMode ?? "verify-full");
  const [result, setResult] = useState<ProbeResult | null>(null);
  const [tried, setTried] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [testing, start] = useTransition();
  const area = useRef<HTMLDivElement>(null);
  const report = useRef<HTMLDivElement>(null);

  // A long form: what was found would stand below what is in sight.
  useEffect(() => {
    if (result || problem) report.current?.scrollIntoView({ block: "nearest" });
  }, [result, problem]);

  function forget() {
    setResult(null);
    setProblem(null);
  }

  function test() {
    const form = area.current?.closest("form");
    if (!form) return;
    const { host, port, database, username, password, tlsMode, caCertificate } = readForm(form);
    const connection = { host, port, database, username, password, tlsMode, caCertificate };
    setTried(String(host ?? ""));
    forget();
    start(async () => {
      const answer = await tryConnection({
        environmentId,
        connection,
        ...(target ? { targetId: target.id } : {}),
      });
      setResult(answer.ok ? answer.data : null);
      setProblem(answer.ok ? null : answer.error.message);
    });
  }

  return (
    <ActionForm
      action={target ? changeTarget : addTarget}
      values={target ? { targetId: target.id } : { environmentId }}
      done={t(target ? "changed" : "added")}
      onDone={onDone}
      onChange={forget}
      onSubmitCapture={forget}
    >
      <DialogBody>
        <div ref={area} className="grid gap-5">
          {children}
          <div className="row">
            <Field label={t("host")} hint={t("hostHint")}>
              <Input name="host" className="mono" defaultValue={target?.host} required spellCheck={false} />
            </Field>
            <Field label={t("port")}>
              <Input name="port" type="number" min={1} max={65535} defaultValue={target?.port ?? 5432} />
            </Field>
          </div>
          <div className="row">
            <Field label={t("database")}>
              <Input
                name="database"
                className="mono"
                defaultValue={target?.database}
                required
                spellCheck={false}
              />
            </Field>
            <Field label={t("username")}>
              <Input
                name="username"
                className="mono"
                defaultValue={target?.username}
                required
                spellCheck={false}
                autoComplete="off"
              />
            </Field>
          </div>
          <Field label={t("password")} hint={target?.hasPassword ? t("passwordKept") : t("passwordHint")}>
            <Input name="password" type="password" data-optional="" autoComplete="new-password" />
          </Field>
          <Field label={t("tls")} hint={t(`tlsHint.${tls as "require"}`)}>
            <Select
              name="tlsMode"
              value={tls}
              onChange={(event) => setTls(event.target.value)}
              options={TLS_MODES.map((mode) => ({ value: mode, label: t(`tlsMode.${mode}`) }))}
            />
          </Field>
          {tls.startsWith("verify") ? (
            <Field label={t("ca")} hint={t("caHint")} optional>
              <Textarea
                name="caCertificate"
                className="mono"
                rows={3}
                data-optional=""
                defaultValue={target?.caCertificate ?? ""}
                spellCheck={false}
              />
            </Field>
          ) : null}
          <details>
            <summary>{t("treatment")}</summary>
            <div className="grid gap-5 mt-4">
              <div className="row">
                <Field label={t("lockTimeout")} hint={t("lockTimeoutHint")}>
                  <Input
                    name="settings.lockTimeoutMs"
                    type="number"
                    min={100}
                    defaultValue={target?.settings.lockTimeoutMs}
                  />
                </Field>
                <Field label={t("statementTimeout")} hint={t("statementTimeoutHint")}>
                  <Input
                    name="settings.statementTimeoutMs"
                    type="number"
                    min={100}
                    defaultValue={target?.settings.statementTimeoutMs}
                  />
                </Field>
                <Field label={t("attempts")} hint={t("attemptsHint")}>
                  <Input
                    name="settings.attempts"
                    type="number"
                    min={1}
                    max={100}
                    defaultValue={target?.settings.attempts}
                  />
                </Field>
              </div>
              <Field label={t("shadow")} hint={t("shadowHint")}>
                <Select
                  name="settings.shadow"
                  defaultValue={target?.settings.shadow ?? "auto"}
                  options={SHADOWS.map((where) => ({ value: where, label: t(`shadowMode.${where}`) }))}
                />
              </Field>
            </div>
          </details>
          <Field label={t("untested")} hint={t("untestedHint")} beside>
            <Checkbox name="untested" />
          </Field>
          <div ref={report} aria-live="polite" className="scroll-mb-24">
            {result ? <ProbeReport result={result} local={isLocal(tried)} /> : null}
            {problem ? <p className="text-danger">{problem}</p> : null}
          </div>
        </div>
      </DialogBody>
      <DialogFoot>
        <Button onClick={test} pending={testing} className="mr-auto">
          {t("test")}
        </Button>
        <DialogClose asChild>
          <Button>{common("cancel")}</Button>
        </DialogClose>
        <SubmitButton>{t(target ? "save" : "add")}</SubmitButton>
      </DialogFoot>
    </ActionForm>
  );
}
