"use client";

import dynamic from "next/dynamic";
import { Skeleton } from "@/components/ui/skeleton";

export interface SqlTarget {
  id: string;
  service: string;
  environment: { id: string; name: string; color: string; protected: boolean };
  mayRead: boolean;
  mayWrite: boolean;
}

export interface ConsoleProps {
  project: string;
  targets: SqlTarget[];
  target: SqlTarget;
}

const Console = dynamic(() => import("./console").then((m) => m.Console), { ssr: false, loading: Waiting });

export function ConsoleLoader(props: ConsoleProps) {
  return <Console {...props} />;
}

function Waiting() {
  return (
    <div className="ed-page" aria-busy="true">
      <div className="head ed-head">
        <Skeleton width={160} height={28} />
      </div>
      <div className="ed">
        <div className="ed-left p-6">
          <Skeleton width={320} height={14} className="mb-2" />
          <Skeleton width={260} height={14} />
        </div>
        <div className="ed-right p-6">
          <Skeleton width="80%" height={20} />
        </div>
      </div>
    </div>
  );
}
