"use client";

import { Command } from "cmdk";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { Dialog as Radix } from "radix-ui";
import { useState } from "react";
import { Icon, type IconName } from "@/components/icon";
import { useQuestion } from "@/components/use-question";
import type { SearchResult } from "@/lib/operations/search/find";
import { searchProject } from "./actions";
import { askForKeys } from "./events";
import type { PaletteProps } from "./palette";
import { switchTheme } from "./theme-switch";

interface Entry {
  id: string;
  label: string;
  icon: IconName;
  keys?: string[];
  note?: string;
  run: () => void;
}

/** Go to, create, find: one field for all. */
export function PaletteDialog({
  project,
  projects,
  places,
  canCreate,
  onClose,
}: PaletteProps & { onClose: () => void }) {
  const t = useTranslations("frame");
  const router = useRouter();
  const [text, setText] = useState("");
  const wanted = text.trim();
  const asked = project && wanted.length >= 2 ? { project: project.slug, text: wanted } : null;
  const { answer, asking } = useQuestion(searchProject, asked, 160);
  const found = answer?.ok ? answer.data : null;
  const failure = answer && !answer.ok ? answer.error : null;

  const go = (href: string) => () => router.push(href);
  const pages: Entry[] = [
    ...places.map((place) => ({
      id: `page ${place.key}`,
      label: t(`places.${place.key}`),
      icon: place.icon,
      keys: ["g", place.letter],
      run: go(place.href),
    })),
    { id: "page account", label: t("account"), icon: "person" as const, run: go("/account") },
    { id: "page projects", label: t("allProjects"), icon: "overview" as const, run: go("/projects") },
    { id: "page api", label: t("api"), icon: "sql" as const, run: go("/api-docs") },
  ];
  const create: Entry[] =
    project && canCreate
      ? [
          {
            id: "new migration",
            label: t("palette.newMigration"),
            icon: "plus",
            run: go(`/${project.slug}/migrations/new`),
          },
          {
            id: "new deployment",
            label: t("palette.newDeployment"),
            icon: "deployments",
            run: go(`/${project.slug}/deployments/new`),
          },
          {
            id: "new backup",
            label: t("palette.newBackup"),
            icon: "backups",
            run: go(`/${project.slug}/backups/new`),
          },
        ]
      : [];
  const others: Entry[] = projects
    .filter((entry) => entry.slug !== project?.slug)
    .map((entry) => ({
      id: `project ${entry.slug}`,
      label: entry.name,
      icon: "overview",
      run: go(`/${entry.slug}`),
    }));
  const settings: Entry[] = [
    { id: "theme", label: t("theme"), icon: "theme", run: switchTheme },
    { id: "keys", label: t("keys.title"), icon: "help", keys: ["?"], run: askForKeys },
  ];

  const group = (heading: string, entries: Entry[]) =>
    entries.length === 0 ? null : (
      <Command.Group heading={heading}>
        {entries.map((entry) => (
          <Command.Item
            key={entry.id}
            value={`${entry.id} ${entry.label}`}
            onSelect={() => {
              onClose();
              entry.run();
            }}
          >
            <Icon name={entry.icon} />
            <span className="name">{entry.label}</span>
            <span className="end">
              {entry.note}
              {entry.keys?.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </span>
          </Command.Item>
        ))}
      </Command.Group>
    );

  return (
    <Radix.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Radix.Portal>
        <Radix.Overlay className="overlay" />
        <Radix.Content className="palette" aria-describedby={undefined}>
          <Radix.Title className="sr-only">{t("palette.open")}</Radix.Title>
          <Command label={t("palette.open")} loop>
            <Command.Input value={text} onValueChange={setText} placeholder={t("palette.placeholder")} />
            <Command.List label={t("palette.results")}>
              <Command.Empty>
                {asking ? t("palette.searching") : (failure?.message ?? t("palette.nothing", { text }))}
              </Command.Empty>
              {found && project ? (
                <>
                  {group(t("palette.migrations"), migrationEntries(found, project.slug, go))}
                  {group(
                    t("palette.deployments"),
                    found.deployments.map((row) => ({
                      id: `deployment #${row.number} ${row.service} ${row.environment}`,
                      label: t("palette.deploymentOf", {
                        number: row.number,
                        service: row.service,
                        environment: row.environment,
                      }),
                      icon: "deployments",
                      run: go(`/${project.slug}/deployments/${row.number}`),
                    })),
                  )}
                </>
              ) : null}
              {group(t("palette.create"), create)}
              {group(t("palette.goTo"), pages)}
              {group(t("projects"), others)}
              {group(t("palette.also"), settings)}
            </Command.List>
          </Command>
          <div className="palette-foot" aria-hidden="true">
            <span>
              <kbd>↑</kbd> <kbd>↓</kbd> {t("palette.choose")}
            </span>
            <span>
              <kbd>↵</kbd> {t("palette.go")}
            </span>
            <span>
              <kbd>esc</kbd> {t("keys.close")}
            </span>
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function migrationEntries(found: SearchResult, slug: string, go: (href: string) => () => void): Entry[] {
  return found.migrations.map((row) => ({
    id: `migration ${row.service} ${row.filename}`,
    label: row.name,
    icon: "migrations",
    note: `${row.service} ${row.version}`,
    run: go(`/${slug}/migrations/${row.id}`),
  }));
}
