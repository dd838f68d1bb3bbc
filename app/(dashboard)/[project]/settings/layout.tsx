import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Page, PageHead } from "@/components/page";
import { Note } from "@/components/states";
import { can } from "@/lib/access/permissions";
import { getProject } from "@/lib/operations/project/get";
import { runForPage } from "@/lib/transport/action";
import "./settings.css";
import { SettingsNav } from "./_components/settings-nav";
import { SETTINGS_PAGES } from "./_components/settings-pages";

interface LayoutProps {
  params: Promise<{ project: string }>;
  children: ReactNode;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("title") };
}

export default async function SettingsLayout({ params, children }: LayoutProps) {
  const { project: slug } = await params;
  const [project, t, role] = await Promise.all([
    runForPage(getProject, { slug }),
    getTranslations("settings"),
    getTranslations("common.role"),
  ]);
  const writes = can(project.role, "project.write");
  const pages = SETTINGS_PAGES.filter((page) => page !== "tokens" || can(project.role, "token.read"));
  return (
    <Page>
      <PageHead title={t("title")} facts={[project.name]} />
      <SettingsNav slug={slug} pages={pages} />
      {writes ? null : (
        <div className="mt-4">
          <Note>{t("readOnly", { role: role(project.role) })}</Note>
        </div>
      )}
      {children}
    </Page>
  );
}
