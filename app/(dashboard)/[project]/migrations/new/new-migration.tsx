"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { Panel } from "@/components/page";
import { SqlText } from "@/components/sql-text";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { createAction } from "../actions";

interface NewMigrationProps {
  project: string;
  services: string[];
  wanted: string | null;
  templates: { id: string; up: string }[];
}

/** Name, service and a start; then the editor. */
export function NewMigration({ project, services, wanted, templates }: NewMigrationProps) {
  const t = useTranslations("migrations");
  const router = useRouter();
  const [template, setTemplate] = useState("blank");
  const [name, setName] = useState("");
  const chosen = templates.find((one) => one.id === template);
  const file = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return (
    <ActionForm
      className="form"
      action={createAction}
      values={{ project }}
      onDone={(made: { id: string }) => router.push(`/${project}/migrations/${made.id}/edit`)}
    >
      <div className="row">
        <Field
          label={t("new.name")}
          hint={file ? t("new.file", { file: `YYYYMMDDHHMMSS_${file}` }) : t("new.nameHint")}
        >
          <Input
            name="name"
            required
            maxLength={100}
            autoComplete="off"
            autoFocus
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label={t("list.service")}>
          <Select
            name="service"
            required
            defaultValue={wanted ?? services[0]}
            options={services.map((value) => ({ value, label: value }))}
          />
        </Field>
      </div>
      <fieldset>
        <legend>{t("new.template")}</legend>
        <div className="choices template-choices">
          {templates.map((one) => (
            <label key={one.id} className="choice">
              <Checkbox
                type="radio"
                name="template"
                value={one.id}
                checked={template === one.id}
                onChange={() => setTemplate(one.id)}
              />
              <span>
                <span className="strong">{t(`templates.${one.id}.name` as "templates.blank.name")}</span>
                <span className="second">{t(`templates.${one.id}.text` as "templates.blank.text")}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      {chosen?.up ? (
        <Panel padded className="template-preview">
          <SqlText sql={chosen.up} block />
        </Panel>
      ) : null}
      <div className="buttons">
        <SubmitButton>{t("new.create")}</SubmitButton>
      </div>
    </ActionForm>
  );
}
