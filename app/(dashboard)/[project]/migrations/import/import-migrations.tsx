"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useRef, useState, useTransition } from "react";
import { toast } from "sonner";
import { cn } from "@/components/class-names";
import { FormError } from "@/components/form-error";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import type { ImportPlan } from "@/lib/operations/migration/import-plan";
import type { ImportSource } from "@/lib/operations/migration/import-source";
import { importAction, previewImportAction } from "../actions";
import { Preview } from "./preview";
import { filesOf, filesOfDrop, type ReadFailure, readChosen } from "./read-files";

interface Options {
  overwrite: boolean;
  overwriteApplied: boolean;
  skipRefused: boolean;
}

const FIRST: Options = { overwrite: false, overwriteApplied: false, skipRefused: false };

/** Choose, look at what will happen, import. */
export function ImportMigrations({ project, services }: { project: string; services: string[] }) {
  const t = useTranslations("migrations");
  const router = useRouter();
  const [service, setService] = useState(services[0] ?? "");
  const [source, setSource] = useState<ImportSource | null>(null);
  const [plan, setPlan] = useState<ImportPlan | null>(null);
  const [options, setOptions] = useState(FIRST);
  const [error, setError] = useState<{ message: string; hint?: string | undefined } | null>(null);
  const [pending, start] = useTransition();

  function look(from: ImportSource, to: string, wanted: Options) {
    setError(null);
    setSource(from);
    start(async () => {
      const { overwrite, overwriteApplied } = wanted;
      const input = { project, ...(to ? { service: to } : {}), source: from, overwrite, overwriteApplied };
      const answer = await previewImportAction(input).catch(() => null);
      if (answer?.ok) return setPlan(answer.data);
      setPlan(null);
      setError(answer ? answer.error : { message: t("import.connectionLost") });
    });
  }

  async function take(chosen: Promise<{ path: string; file: File }[]>) {
    const read = await readChosen(await chosen);
    if (!("why" in read)) return look(read, service, options);
    // What was looked at before is not what was chosen last.
    setSource(null);
    setPlan(null);
    setError({ message: sayFailure(read) });
  }

  function sayFailure(failure: ReadFailure): string {
    if (failure.why === "unreadable") return t("import.unreadable", { file: failure.file });
    return failure.why === "tooMany" ? t("import.tooMany", { count: failure.count }) : t("import.noSql");
  }

  function change(part: Partial<Options>) {
    const next = { ...options, ...part };
    setOptions(next);
    if (source && part.skipRefused === undefined) look(source, service, next);
  }

  function confirm() {
    if (!source || !plan) return;
    start(async () => {
      const input = { project, ...(service ? { service } : {}), source, ...options, digest: plan.digest };
      const answer = await importAction(input).catch(() => null);
      if (!answer?.ok) {
        setError(answer ? answer.error : { message: t("import.connectionLost") });
        return;
      }
      toast.success(t("import.done", { count: answer.data.created + answer.data.updated }));
      router.push(`/${project}/migrations${service ? `?service=${encodeURIComponent(service)}` : ""}`);
    });
  }

  return (
    <div className="import" aria-busy={pending}>
      <Choose
        services={services}
        service={service}
        onService={(next) => {
          setService(next);
          if (source) look(source, next, options);
        }}
        pending={pending}
        onFiles={(files) => void take(files)}
        onServer={() => look({ kind: "server" }, service, options)}
      />
      {error ? <FormError message={error.message} hint={error.hint} /> : null}
      {plan ? (
        <Preview plan={plan} skipRefused={options.skipRefused}>
          <Field beside label={t("import.overwrite")} hint={t("import.overwriteHint")}>
            <Checkbox
              checked={options.overwrite}
              onChange={(event) => change({ overwrite: event.target.checked, overwriteApplied: false })}
            />
          </Field>
          {options.overwrite ? (
            <Field beside label={t("import.overwriteApplied")} hint={t("import.overwriteAppliedHint")}>
              <Checkbox
                checked={options.overwriteApplied}
                onChange={(event) => change({ overwriteApplied: event.target.checked })}
              />
            </Field>
          ) : null}
          {plan.problems.some((problem) => problem.level === "error") ? (
            <Field beside label={t("import.skipRefused")}>
              <Checkbox
                checked={options.skipRefused}
                onChange={(event) => change({ skipRefused: event.target.checked })}
              />
            </Field>
          ) : null}
          <ConfirmButton
            plan={plan}
            skipRefused={options.skipRefused}
            pending={pending}
            onConfirm={confirm}
          />
        </Preview>
      ) : null}
    </div>
  );
}

interface ConfirmButtonProps {
  plan: ImportPlan;
  skipRefused: boolean;
  pending: boolean;
  onConfirm: () => void;
}

function ConfirmButton({ plan, skipRefused, pending, onConfirm }: ConfirmButtonProps) {
  const t = useTranslations("migrations");
  const count = plan.items.filter((item) => item.action === "create" || item.action === "update").length;
  const stopped = plan.problems.some((problem) => problem.level === "error") && !skipRefused;
  return (
    <div className="buttons">
      <Button variant="go" disabled={count === 0 || stopped} pending={pending} onClick={onConfirm}>
        {t("import.confirm", { count })}
      </Button>
    </div>
  );
}

interface ChooseProps {
  services: string[];
  service: string;
  onService: (service: string) => void;
  pending: boolean;
  onFiles: (files: Promise<{ path: string; file: File }[]>) => void;
  onServer: () => void;
}

function Choose({ services, service, onService, pending, onFiles, onServer }: ChooseProps) {
  const t = useTranslations("migrations");
  const [over, setOver] = useState(false);
  const folder = useRef<HTMLInputElement>(null);
  const zip = useRef<HTMLInputElement>(null);
  return (
    <div className="form">
      <Field label={t("list.service")}>
        <Select
          value={service}
          onChange={(event) => onService(event.target.value)}
          options={[
            ...services.map((value) => ({ value, label: value })),
            ...(services.length > 1 ? [{ value: "", label: t("import.bySubfolder") }] : []),
          ]}
        />
      </Field>
      <section
        className={cn("drop", over && "over")}
        aria-label={t("import.from")}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          onFiles(filesOfDrop(event.dataTransfer.items));
        }}
      >
        <div className="buttons">
          <Button pending={pending} onClick={() => folder.current?.click()}>
            <Icon name="upload" /> {t("import.chooseFolder")}
          </Button>
          <Button pending={pending} onClick={() => zip.current?.click()}>
            {t("import.chooseZip")}
          </Button>
          <Button pending={pending} onClick={onServer} title={t("import.serverText")}>
            <Icon name="server" /> {t("import.look")}
          </Button>
        </div>
        <p className="muted">{t("import.drop")}</p>
        <input
          ref={folder}
          type="file"
          hidden
          multiple
          {...{ webkitdirectory: "" }}
          onChange={(event) => {
            onFiles(Promise.resolve(filesOf(event.target.files)));
            event.target.value = "";
          }}
        />
        <input
          ref={zip}
          type="file"
          hidden
          accept=".zip,.sql"
          multiple
          onChange={(event) => {
            onFiles(Promise.resolve(filesOf(event.target.files)));
            event.target.value = "";
          }}
        />
      </section>
    </div>
  );
}
