"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { ConfirmByName } from "@/components/confirm-by-name";
import { FormDialog } from "@/components/form-dialog";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { StorageView } from "@/lib/operations/storage/views";
import { addStorage, changeStorage, removeStorage } from "../actions";

interface StorageDialogProps {
  projectId: string;
  /** The reader may name a folder of the server. */
  folders: boolean;
  storage?: StorageView;
  trigger?: ReactNode;
}

/** A bucket, or a folder of the server, tried out before it is saved. */
export function StorageDialog({ projectId, folders, storage, trigger }: StorageDialogProps) {
  const t = useTranslations("backups.storage");
  const [kind, setKind] = useState(storage?.kind ?? "s3");
  return (
    <FormDialog
      trigger={
        trigger ?? (
          <Button size="small">
            <Icon name="plus" />
            {t("add")}
          </Button>
        )
      }
      title={t(storage ? "changeTitle" : "add")}
      wide
      action={(input) => (storage ? changeStorage : addStorage)(nulled(input))}
      values={{ ...(storage ? { storageId: storage.id } : { projectId }), kind }}
      done={t("saved")}
      submit={t("save")}
    >
      <Field label={t("name")}>
        <Input name="name" defaultValue={storage?.name} required maxLength={80} autoFocus />
      </Field>
      {storage || !folders ? null : (
        <Field label={t("kind")}>
          <Select
            value={kind}
            onChange={(event) => setKind(event.target.value as "s3")}
            options={(["s3", "folder"] as const).map((value) => ({
              value,
              label: t(`kinds.${value}`),
            }))}
          />
        </Field>
      )}
      {kind === "folder" ? (
        <Field label={t("path")} hint={t("pathHint")}>
          <Input
            name="settings.path"
            className="mono"
            defaultValue={storage?.settings.path}
            spellCheck={false}
            required
          />
        </Field>
      ) : (
        <BucketFields storage={storage} />
      )}
      <Field label={t("encrypt")} hint={t("encryptHint")} beside>
        <Checkbox name="encrypted" defaultChecked={storage?.encrypted ?? true} />
      </Field>
      <Field label={t("makeDefault")} beside>
        <Checkbox name="isDefault" defaultChecked={storage?.isDefault ?? false} />
      </Field>
      <Field label={t("untested")} hint={t("untestedHint")} beside>
        <Checkbox name="untested" />
      </Field>
    </FormDialog>
  );
}

/** What the form leaves out because it is empty is nothing. */
// biome-ignore lint/suspicious/noExplicitAny: the operation validates what the form sends.
function nulled(input: any): unknown {
  if (input.kind !== "s3") return input;
  const { endpoint = null, accessKeyId = null, kmsKeyId = null, ...rest } = input.settings;
  return { ...input, settings: { ...rest, endpoint, accessKeyId, kmsKeyId } };
}

function BucketFields({ storage }: { storage: StorageView | undefined }) {
  const t = useTranslations("backups.storage");
  const settings = storage?.settings;
  return (
    <>
      <div className="row">
        <Field label={t("bucket")}>
          <Input
            name="settings.bucket"
            className="mono"
            defaultValue={settings?.bucket}
            required
            spellCheck={false}
          />
        </Field>
        <Field label={t("prefix")} optional>
          <Input name="settings.prefix" className="mono" defaultValue={settings?.prefix} spellCheck={false} />
        </Field>
      </div>
      <div className="row">
        <Field label={t("region")}>
          <Input name="settings.region" className="mono" defaultValue={settings?.region ?? "us-east-1"} />
        </Field>
        <Field label={t("endpoint")} hint={t("endpointHint")} optional>
          <Input
            name="settings.endpoint"
            className="mono"
            data-optional=""
            defaultValue={settings?.endpoint ?? ""}
            spellCheck={false}
          />
        </Field>
      </div>
      <Field label={t("pathStyle")} hint={t("pathStyleHint")} beside>
        <Checkbox name="settings.pathStyle" defaultChecked={settings?.pathStyle ?? false} />
      </Field>
      <div className="row">
        <Field label={t("accessKeyId")}>
          <Input
            name="settings.accessKeyId"
            className="mono"
            data-optional=""
            autoComplete="off"
            defaultValue={settings?.accessKeyId ?? ""}
            spellCheck={false}
          />
        </Field>
        <Field label={t("secret")} hint={storage?.hasSecret ? t("secretKept") : t("secretHint")}>
          <Input
            name="settings.secretAccessKey"
            type="password"
            data-optional=""
            autoComplete="new-password"
          />
        </Field>
      </div>
      <div className="row">
        <Field label={t("serverSide")}>
          <Select
            name="settings.encryption"
            defaultValue={settings?.encryption ?? "none"}
            options={(["none", "AES256", "aws:kms"] as const).map((value) => ({
              value,
              label: t(`serverSides.${value === "aws:kms" ? "kms" : value}`),
            }))}
          />
        </Field>
        <Field label={t("kmsKey")} optional>
          <Input
            name="settings.kmsKeyId"
            className="mono"
            data-optional=""
            defaultValue={settings?.kmsKeyId ?? ""}
            spellCheck={false}
          />
        </Field>
      </div>
    </>
  );
}

export function StorageMenu(props: StorageDialogProps & { storage: StorageView }) {
  const t = useTranslations("backups.storage");
  const { storage } = props;
  return (
    <div className="flex flex-wrap gap-2">
      <StorageDialog {...props} trigger={<Button size="small">{t("change")}</Button>} />
      <ConfirmByName
        trigger={
          <Button size="small" variant="stop">
            {t("remove")}
          </Button>
        }
        title={t("removeTitle", { name: storage.name })}
        text={t("removeText")}
        names={[storage.name]}
        confirm={t("remove")}
        action={({ names }) => removeStorage({ storageId: storage.id, confirm: names[0] ?? "" })}
        done={t("removed")}
      />
    </div>
  );
}
