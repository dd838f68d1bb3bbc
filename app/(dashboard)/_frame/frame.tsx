import { cookies } from "next/headers";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { cn } from "@/components/class-names";
import { can } from "@/lib/access/permissions";
import type { FrameView } from "@/lib/operations/frame/get";
import { Keys } from "./keys";
import { NAV_COOKIE } from "./nav-cookie";
import { PLACES, type Place } from "./places";
import { SideNav } from "./side-nav";
import { TopBar } from "./top-bar";

export interface FramePerson {
  name: string;
  email: string;
  instanceAdmin: boolean;
}

/** Navigation and top bar around a page. Without `view`: a page that belongs to no project. */
export async function Frame({
  view,
  person,
  children,
}: {
  view: FrameView | null;
  person: FramePerson;
  children: ReactNode;
}) {
  const [t, jar] = await Promise.all([getTranslations("frame"), cookies()]);
  const places = view ? placesFor(view) : [];
  const project = view?.project ?? null;
  const canCreate = view !== null && can(view.role, "migration.write");
  return (
    <>
      <a className="skip" href="#main">
        {t("skip")}
      </a>
      <div className={cn("app", jar.get(NAV_COOKIE)?.value === "icons" && "icons", view === null && "bare")}>
        {view ? <SideNav project={view.project} projects={view.projects} places={places} /> : null}
        <div className="main">
          <TopBar
            project={project}
            projects={view?.projects ?? []}
            places={places}
            running={view?.running ?? 0}
            person={person}
            canCreate={canCreate}
          />
          <main id="main" tabIndex={-1}>
            {children}
          </main>
        </div>
      </div>
      <Keys places={places} />
    </>
  );
}

/** Only what the role may see. */
function placesFor(view: FrameView): Place[] {
  return PLACES.filter((place) => can(view.role, place.permission)).map((place) => ({
    key: place.key,
    href: `/${view.project.slug}${place.path}`,
    icon: place.icon,
    letter: place.letter,
    ...(place.key === "deployments" && view.openDeployments > 0 ? { count: view.openDeployments } : {}),
    ...(place.key === "compare" ? { also: [`/${view.project.slug}/drift`] } : {}),
    ...(place.key === "migrations" ? { also: [`/${view.project.slug}/baseline`] } : {}),
    ...(place.key === "compare" && view.drifted > 0 ? { count: view.drifted } : {}),
  }));
}
