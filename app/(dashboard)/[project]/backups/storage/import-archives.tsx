"use client";

import { useRouter } from "next/navigation";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { useFailureText } from "@/components/failure-text";
import { FormError } from "@/components/form-error";
import { formatBytes } from "@/components/format";
import { Mark } from "@/components/mark";
import { Panel } from "@/components/page";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import type { ImportList } from "@/lib/operations/backup/import";
import { archivesAction, importAction } from "../actions";

interface ImportArchivesProps {
  projectId: string;
  storages: { id: string; name: string }[];
  targets: { id: string; label: string }[];
}

/** Archives that lie in a storage and are not known here: another instance's, or this one's from before it was lost. */
export function ImportArchives({ projectId, storages, targets }: ImportArchivesProps) {
  const t = useTranslations("backups.storage.import");
  const router = useRouter();
  const [pending, start] = useTransition();
  const [storageId, setStorage] = useState(storages[0]?.id ?? "");
  const [targetId, setTarget] = useState("");
  const [list, setList] = useState<ImportList | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<{ message: string; hint?: string | undefined } | null>(null);

  const look = () =>
    start(async () => {
      const answer = await archivesAction({ projectId, storageId });
      setProblem(answer.ok ? null : answer.error);
      setList(answer.ok ? answer.data : null);
      setChosen(new Set());
    });
  const take = () =>
    start(async () => {
      const names = [...chosen];
      const answer = await importAction({ projectId, storageId, names, ...(targetId ? { targetId } : {}) });
      if (!answer.ok) return setProblem(answer.error);
      toast.success(t("done", { count: answer.data.ids.length }));
      setList(null);
      setChosen(new Set());
      router.refresh();
    });

  return (
    <Panel padded>
      <div className="form">
        <div className="row">
          <Field label={t("storage")}>
            <Select
              value={storageId}
              onChange={(event) => {
                setStorage(event.target.value);
                // What another storage holds cannot be taken from this one.
                setList(null);
                setChosen(new Set());
                setProblem(null);
              }}
              options={storages.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </Field>
          <Field label={t("target")} hint={t("targetHint")}>
            <Select
              value={targetId}
              onChange={(event) => setTarget(event.target.value)}
              options={[
                { value: "", label: t("noTarget") },
                ...targets.map(({ id, label }) => ({ value: id, label })),
              ]}
            />
          </Field>
        </div>
        <div className="buttons">
          <Button onClick={look} pending={pending}>
            {t("look")}
          </Button>
        </div>
        <div aria-live="polite" className="grid gap-3">
          {problem ? <FormError message={problem.message} hint={problem.hint} /> : null}
          {list ? <Found list={list} chosen={chosen} onChange={setChosen} /> : null}
        </div>
        {chosen.size > 0 ? (
          <div className="buttons">
            <Button onClick={take} pending={pending}>
              {t("take", { count: chosen.size })}
            </Button>
          </div>
        ) : null}
      </div>
    </Panel>
  );
}

function Found({
  list,
  chosen,
  onChange,
}: {
  list: ImportList;
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}) {
  const t = useTranslations("backups.storage.import");
  const locale = useLocale();
  const format = useFormatter();
  const say = useFailureText();
  const open = list.archives.filter((one) => !one.known);
  return (
    <>
      <p className="muted wrap-any">
        {t("found", { count: open.length, known: list.archives.length - open.length, place: list.location })}
      </p>
      <div className="grid gap-2">
        {open.map((one) => (
          <label key={one.name} className="choice">
            <Checkbox
              checked={chosen.has(one.name)}
              onChange={(event) => {
                const next = new Set(chosen);
                if (event.target.checked) next.add(one.name);
                else next.delete(one.name);
                onChange(next);
              }}
            />
            <span className="wrap-any">
              <code>{one.name}</code> {[...one.labels, one.description].filter(Boolean).join(" · ")}
              <span className="second">
                {t("archive", {
                  database: one.database,
                  host: one.host,
                  server: one.server,
                  size: formatBytes(one.bytes, locale),
                  at: format.dateTime(new Date(one.takenAt), { dateStyle: "medium", timeStyle: "short" }),
                })}
              </span>
            </span>
            {one.keyMissing ? <Mark meaning="warning">{t("keyMissing")}</Mark> : null}
          </label>
        ))}
      </div>
      {list.unusable.length > 0 ? (
        <div className="muted wrap-any">
          <p>{t("unusable")}</p>
          <ul>
            {list.unusable.map(({ name, problem }) => (
              <li key={name}>
                <code>{name}</code>: {problem ? say(problem).message : t("unfinished")}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </>
  );
}
