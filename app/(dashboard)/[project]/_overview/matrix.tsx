import Link from "next/link";
import { useTranslations } from "next-intl";
import type { CSSProperties } from "react";
import { cn } from "@/components/class-names";
import { EnvironmentChip, environmentClass } from "@/components/environment";
import { Icon } from "@/components/icon";
import { Section } from "@/components/page";
import type { MatrixCell, OverviewView } from "@/lib/operations/overview/views";
import { cellHref, shortVersion } from "./links";
import { CellLines, CellMarkWord } from "./matrix-cell";

/** Services by environments; each cell leads to the one thing to do there. */
export function Matrix({ view }: { view: OverviewView }) {
  const t = useTranslations("overview");
  return (
    <Section title={t("matrix.title")}>
      <div className="panel matrix-box">
        <table className="matrix" style={{ "--columns": view.environments.length } as CSSProperties}>
          <colgroup>
            <col className="svc" />
            {view.environments.map((environment) => (
              <col key={environment.id} />
            ))}
          </colgroup>
          <thead>
            <tr>
              <th scope="col">
                <span className="sr-only">{t("matrix.service")}</span>
              </th>
              {view.environments.map((environment) => (
                <th key={environment.id} scope="col" className={environmentClass(environment.color)}>
                  <span className="place">
                    <EnvironmentChip environment={environment} plain />
                    <span className="host">{serverOf(view.cells, environment.id)}</span>
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.services.map((service) => (
              <tr key={service.id}>
                <th scope="row">
                  <b>{service.name}</b>
                  <span className="second">{t("matrix.migrations", { count: service.migrations })}</span>
                </th>
                {view.environments.map((environment) => {
                  const cell = view.cells.find(
                    (c) => c.serviceId === service.id && c.environmentId === environment.id,
                  );
                  const drafts = environment === view.environments[0] ? service.drafts : 0;
                  return (
                    <td key={environment.id}>
                      {cell ? (
                        <Link
                          className={cn("cell", cell.next.kind === "none" && drafts === 0 && "idle")}
                          href={cellHref(view.project.slug, cell, service.name, environment.name)}
                        >
                          <span className="cell-top">
                            <span className="cell-env">
                              <EnvironmentChip environment={environment} />
                            </span>
                            {cell.currentVersion ? (
                              <code title={cell.currentVersion}>{shortVersion(cell.currentVersion)}</code>
                            ) : (
                              <span className="muted">{t("matrix.empty")}</span>
                            )}
                            <CellMarkWord cell={cell} />
                          </span>
                          <CellLines cell={cell} drafts={drafts} />
                          <Next cell={cell} drafts={drafts} />
                        </Link>
                      ) : (
                        <span className="cell idle">
                          <span className="cell-top">
                            <span className="cell-env">
                              <EnvironmentChip environment={environment} />
                            </span>
                            <span className="muted">{t("matrix.noTarget")}</span>
                          </span>
                        </span>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** Where nothing is due, drafts are what is left to do: they are deployed to the first environment when chosen. */
function Next({ cell, drafts }: { cell: MatrixCell; drafts: number }) {
  const t = useTranslations("overview");
  const { next } = cell;
  if (next.kind === "none" && drafts === 0)
    return <span className="cell-next none">{t("matrix.next.none")}</span>;
  const values = {
    number: "number" in next ? next.number : 0,
    count: "pending" in next ? next.pending : drafts,
  };
  return (
    <span className="cell-next">
      {t(`matrix.next.${next.kind === "none" ? "drafts" : next.kind}`, values)}
      <Icon name="arrow" />
    </span>
  );
}

/** The server's version when all targets of the environment agree on it. */
function serverOf(cells: MatrixCell[], environmentId: string): string {
  const versions = new Set(
    cells.filter((cell) => cell.environmentId === environmentId).map((cell) => cell.serverVersion),
  );
  const [only] = versions;
  return versions.size === 1 && only ? `PostgreSQL ${only}` : "";
}
