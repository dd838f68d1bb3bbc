"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { Icon } from "@/components/icon";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";

interface ProjectSwitcherProps {
  project: { slug: string; name: string };
  projects: { slug: string; name: string }[];
}

export function ProjectSwitcher({ project, projects }: ProjectSwitcherProps) {
  const t = useTranslations("frame");
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <button type="button" className="project-switch" title={project.name}>
          <span className="mark" aria-hidden="true">
            {project.name.charAt(0).toLowerCase()}
          </span>
          <span className="sr-only">{t("switchProject")} </span>
          <span className="word">{project.name}</span>
          <Icon name="updown" />
        </button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="min-w-[216px]">
        <DropdownMenuLabel>{t("projects")}</DropdownMenuLabel>
        {projects.map((entry) => (
          <DropdownMenuItem key={entry.slug} asChild>
            <Link href={`/${entry.slug}`} aria-current={entry.slug === project.slug ? "true" : undefined}>
              <span className="truncate">{entry.name}</span>
              {entry.slug === project.slug ? (
                <span className="end">
                  <Icon name="check" small />
                </span>
              ) : null}
            </Link>
          </DropdownMenuItem>
        ))}
        <DropdownMenuSeparator />
        <DropdownMenuItem asChild>
          <Link href="/projects">
            <Icon name="overview" />
            {t("allProjects")}
          </Link>
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
