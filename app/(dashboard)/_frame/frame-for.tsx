import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { getFrame } from "@/lib/operations/frame/get";
import { runForPage, signInPath } from "@/lib/transport/action";
import { currentSession } from "@/lib/transport/session";
import { Frame } from "./frame";

/** The frame of a project's pages, or of the pages that belong to none; nobody signed in: to the sign-in page. */
export async function FrameFor({ project, children }: { project: string | null; children: ReactNode }) {
  const session = await currentSession();
  if (!session) redirect(await signInPath());
  const view = project === null ? null : await runForPage(getFrame, { project });
  const { name, email } = session.user;
  return (
    <Frame view={view} person={{ name, email, instanceAdmin: session.actor.instanceAdmin }}>
      {children}
    </Frame>
  );
}
