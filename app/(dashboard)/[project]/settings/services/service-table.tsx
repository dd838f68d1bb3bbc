"use client";

import { useTranslations } from "next-intl";
import { ConfirmByName } from "@/components/confirm-by-name";
import { DataTable } from "@/components/data-table";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import type { ServiceDetail } from "@/lib/operations/project/views";
import { removeService } from "../actions";
import { ServiceDialog } from "./service-dialog";

interface ServiceTableProps {
  projectId: string;
  services: ServiceDetail[];
  writes: boolean;
}

export function ServiceTable({ projectId, services, writes }: ServiceTableProps) {
  const t = useTranslations("settings.services");
  const actions = (service: ServiceDetail) => (
    <span className="row-actions">
      <ServiceDialog
        projectId={projectId}
        service={service}
        trigger={
          <Button variant="quiet" size="small-icon" aria-label={t("change", { name: service.name })}>
            <Icon name="edit" />
          </Button>
        }
      />
      <ConfirmByName
        trigger={
          <Button variant="quiet" size="small-icon" aria-label={t("delete", { name: service.name })}>
            <Icon name="trash" />
          </Button>
        }
        title={t("deleteTitle", { name: service.name })}
        text={t("deleteText", { migrations: service.migrations, targets: service.targets })}
        names={[service.name]}
        confirm={t("delete", { name: service.name })}
        action={({ names }) => removeService({ serviceId: service.id, confirm: names[0] ?? "" })}
        done={t("deleted", { name: service.name })}
      />
    </span>
  );
  return (
    <DataTable<ServiceDetail>
      caption={t("title")}
      rows={services}
      rowKey={(service) => service.id}
      columns={[
        {
          key: "name",
          header: t("name"),
          cell: ({ name, description }) => (
            <>
              <b>{name}</b>
              {description ? <span className="second">{description}</span> : null}
            </>
          ),
        },
        {
          key: "schemas",
          header: t("schemas"),
          phoneLabel: t("schemas"),
          cell: ({ schemas }) => (schemas.length > 0 ? <code>{schemas.join(", ")}</code> : t("allSchemas")),
        },
        {
          key: "migrations",
          header: t("migrations"),
          phoneLabel: t("migrations"),
          num: true,
          width: "120px",
          cell: ({ migrations }) => migrations,
        },
        {
          key: "targets",
          header: t("targets"),
          phoneLabel: t("targets"),
          num: true,
          width: "110px",
          cell: (s) => s.targets,
        },
        ...(writes
          ? [{ key: "actions", header: "", label: t("actions"), num: true, width: "90px", cell: actions }]
          : []),
      ]}
    />
  );
}
