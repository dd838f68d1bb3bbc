import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { getDeployment } from "@/lib/operations/deployment/get";
import { runForPage } from "@/lib/transport/action";
import { one, type SearchParams } from "../_components/list-query";
import { DeploymentPage } from "./deployment-page";

interface PageProps {
  params: Promise<{ project: string; number: string }>;
  searchParams: SearchParams;
}

export async function generateMetadata({ params }: PageProps) {
  const [{ number }, t] = await Promise.all([params, getTranslations("deployments")]);
  return { title: t("page.title", { number }) };
}

export default async function Deployment({ params, searchParams }: PageProps) {
  const [{ project, number }, query] = await Promise.all([params, searchParams]);
  if (!/^\d{1,9}$/.test(number)) notFound();
  const view = await runForPage(getDeployment, { project, number: Number(number) });
  return <DeploymentPage view={view} showReview={one(query, "view") === "review"} />;
}
