import { useTranslations } from "next-intl";
import { NavLinks } from "./nav-links";
import type { Place } from "./places";
import { ProjectSwitcher } from "./project-switcher";
import { CollapseButton, KeysButton } from "./side-foot";

interface SideNavProps {
  project: { slug: string; name: string };
  projects: { slug: string; name: string }[];
  places: Place[];
}

export function SideNav({ project, projects, places }: SideNavProps) {
  const t = useTranslations("frame");
  return (
    <aside className="side" aria-label={t("project")}>
      <ProjectSwitcher project={project} projects={projects} />
      <NavLinks places={places} />
      <div className="side-foot">
        <KeysButton />
        <CollapseButton />
      </div>
    </aside>
  );
}
