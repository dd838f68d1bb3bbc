import { getTranslations } from "next-intl/server";
import { getFrame } from "@/lib/operations/frame/get";
import { getOverview } from "@/lib/operations/overview/get";
import { runForPage } from "@/lib/transport/action";
import { Overview } from "../_overview/overview";

interface PageProps {
  params: Promise<{ project: string }>;
}

export async function generateMetadata() {
  const t = await getTranslations("overview");
  return { title: t("title") };
}

export default async function OverviewPage({ params }: PageProps) {
  const { project } = await params;
  const [view, frame] = await Promise.all([
    runForPage(getOverview, { project }),
    runForPage(getFrame, { project }),
  ]);
  return <Overview view={view} role={frame.role} />;
}
