import { getTranslations } from "next-intl/server";
import { DataTable } from "@/components/data-table";
import { Mark } from "@/components/mark";
import { Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { EmptyState } from "@/components/states";
import { can } from "@/lib/access/permissions";
import { isRole } from "@/lib/access/roles";
import { getProject } from "@/lib/operations/project/get";
import { listTokens, type TokenRow } from "@/lib/operations/token/list";
import { runForPage } from "@/lib/transport/action";
import { RevokeToken, TokenDialog } from "./token-dialog";

export default async function TokensPage({ params }: { params: Promise<{ project: string }> }) {
  const { project: slug } = await params;
  const [project, tokens, t, role] = await Promise.all([
    runForPage(getProject, { slug }),
    runForPage(listTokens, { slug }),
    getTranslations("settings.tokens"),
    getTranslations("common.role"),
  ]);
  const add = can(project.role, "token.write") ? <TokenDialog projectId={project.id} /> : null;
  return (
    <Section title={t("title")} note={t("note")} right={tokens.length > 0 ? add : null}>
      <DataTable<TokenRow>
        caption={t("title")}
        rows={tokens}
        rowKey={(token) => token.id}
        empty={<EmptyState title={t("emptyTitle")} text={t("emptyText")} action={add} />}
        columns={[
          {
            key: "name",
            header: t("name"),
            cell: (token) => (
              <>
                <b>{token.name}</b>
                <span className="second">
                  <code>{token.prefix}…</code>
                </span>
              </>
            ),
          },
          {
            key: "role",
            header: t("role"),
            phoneLabel: t("role"),
            cell: (token) => (isRole(token.role) ? role(token.role) : token.role),
          },
          { key: "by", header: t("madeBy"), wideOnly: true, cell: (token) => token.createdBy },
          {
            key: "used",
            header: t("lastUsed"),
            phoneLabel: t("lastUsed"),
            cell: (token) =>
              token.lastUsedAt ? (
                <RelativeTime at={token.lastUsedAt} />
              ) : (
                <span className="muted">{t("never")}</span>
              ),
          },
          {
            key: "expires",
            header: t("expires"),
            phoneLabel: t("expires"),
            cell: (token) =>
              token.state === "active" ? (
                <RelativeTime at={token.expiresAt} />
              ) : (
                <Mark meaning="notice">{t(`state.${token.state}`)}</Mark>
              ),
          },
          {
            key: "actions",
            header: "",
            label: t("actions"),
            num: true,
            width: "110px",
            cell: (token) =>
              token.state === "active" && add ? <RevokeToken id={token.id} name={token.name} /> : null,
          },
        ]}
      />
    </Section>
  );
}
