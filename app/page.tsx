import { redirect } from "next/navigation";
import { listProjects } from "@/lib/operations/project/list";
import { runForPage } from "@/lib/transport/action";

/** The only project of the reader, or the list of them. */
export default async function StartPage() {
  const projects = await runForPage(listProjects, {});
  redirect(projects.length === 1 && projects[0] ? `/${projects[0].slug}` : "/projects");
}
