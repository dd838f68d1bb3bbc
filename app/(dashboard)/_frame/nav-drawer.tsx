"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Icon } from "@/components/icon";
import { Sheet, SheetContent, SheetTrigger } from "@/components/ui/sheet";
import { LanguageSwitch } from "./language-switch";
import { NavLinks } from "./nav-links";
import type { Place } from "./places";
import { ProjectSwitcher } from "./project-switcher";
import { ThemeSwitch } from "./theme-switch";

interface NavDrawerProps {
  project: { slug: string; name: string };
  projects: { slug: string; name: string }[];
  places: Place[];
}

/** The navigation of a phone. */
export function NavDrawer({ project, projects, places }: NavDrawerProps) {
  const t = useTranslations("frame");
  const [open, setOpen] = useState(false);
  return (
    <Sheet open={open} onOpenChange={setOpen}>
      <SheetTrigger asChild>
        <button type="button" className="icon-btn menu" aria-label={t("openNavigation")}>
          <Icon name="menu" />
        </button>
      </SheetTrigger>
      <SheetContent title={t("main")}>
        <div className="drawer">
          <ProjectSwitcher project={project} projects={projects} />
          <NavLinks places={places} onGo={() => setOpen(false)} />
          <div className="drawer-foot">
            <LanguageSwitch />
            <ThemeSwitch />
          </div>
        </div>
      </SheetContent>
    </Sheet>
  );
}
