"use client";

import dynamic from "next/dynamic";
import { Skeleton } from "@/components/ui/skeleton";
import type { MigrationView } from "@/lib/operations/migration/views";

export interface EditorProps {
  project: string;
  view: MigrationView;
  mayWrite: boolean;
  mayDeploy: boolean;
  /** Where the cursor goes first. */
  line: number | null;
}

/** CodeMirror is loaded here and nowhere else; it draws in the browser only. */
const Editor = dynamic(() => import("./editor").then((m) => m.Editor), { ssr: false, loading: Waiting });

export function EditorLoader(props: EditorProps) {
  return <Editor {...props} />;
}

function Waiting() {
  return (
    <div className="ed-page" aria-busy="true">
      <div className="head ed-head">
        <div className="grid gap-1">
          <Skeleton width={220} height={28} />
          <Skeleton width={300} height={20} />
        </div>
      </div>
      <div className="ed">
        <div className="ed-left p-6">
          {[320, 260, 0, 380, 300, 340].map((width, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a picture of lines
            <Skeleton key={index} width={width} height={14} className="mb-2" />
          ))}
        </div>
        <div className="ed-right p-6">
          <Skeleton width="80%" height={20} />
        </div>
      </div>
    </div>
  );
}
