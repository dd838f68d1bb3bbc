import type { Metadata } from "next";
import type { ReactNode } from "react";
import { FrameFor } from "../_frame/frame-for";

interface LayoutProps {
  params: Promise<{ project: string }>;
  children: ReactNode;
}

export async function generateMetadata({ params }: LayoutProps): Promise<Metadata> {
  const { project } = await params;
  return { title: { default: project, template: `%s · ${project}` } };
}

export default async function ProjectLayout({ params, children }: LayoutProps) {
  const { project } = await params;
  return <FrameFor project={project}>{children}</FrameFor>;
}
