import { FallbackCrumbs } from "./fallback-crumbs";
import type { FramePerson } from "./frame";
import { LanguageSwitch } from "./language-switch";
import { NavDrawer } from "./nav-drawer";
import { Palette } from "./palette";
import type { Place } from "./places";
import { RunningBell } from "./running-bell";
import { ThemeSwitch } from "./theme-switch";
import { UserMenu } from "./user-menu";

interface TopBarProps {
  project: { slug: string; name: string } | null;
  projects: { slug: string; name: string }[];
  places: Place[];
  running: number;
  person: FramePerson;
  canCreate: boolean;
}

export function TopBar({ project, projects, places, running, person, canCreate }: TopBarProps) {
  return (
    <header className="top">
      {project ? <NavDrawer project={project} projects={projects} places={places} /> : null}
      <FallbackCrumbs project={project} places={places} />
      <span className="gap" />
      <Palette project={project} projects={projects} places={places} canCreate={canCreate} />
      {project ? <RunningBell project={project.slug} running={running} /> : null}
      <LanguageSwitch />
      <ThemeSwitch />
      <UserMenu person={person} />
    </header>
  );
}
