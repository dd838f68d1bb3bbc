import type { ReactNode } from "react";
import { FrameFor } from "../_frame/frame-for";

export default function Layout({ children }: { children: ReactNode }) {
  return <FrameFor project={null}>{children}</FrameFor>;
}
