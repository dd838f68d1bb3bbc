"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { MigrationView } from "@/lib/operations/migration/views";
import { discardDraftAction, saveDraftAction, updateAction } from "../../../actions";
import { dropLocalCopy, readLocalCopy, writeLocalCopy } from "./local-copy";

export interface Text {
  up: string;
  down: string | null;
}

/** Where the present text is safe. `browser`: the server cannot be reached; `signedOut`: it asks who is there. */
export type Kept = { where: "saved" | "draft" | "browser" | "signedOut" | "typing"; at: string };

const ONLY_HERE: readonly Kept["where"][] = ["browser", "signedOut"];

export type SaveAnswer =
  | { ok: true }
  | { ok: false; why: "conflict" | "applied" | "failed"; message: string; environments: string[] };

const AUTOSAVE_MS = 900;
const RETRY_MS = 5000;
/** After this long without an answer the reader is told that only this browser has the text so far. */
const SLOW_MS = 8000;

/** The text that is there when the editor opens: what the browser alone has, else the own draft, else what is saved. */
function firstText(
  view: MigrationView,
  mayWrite: boolean,
): { text: Text; base: number; restoredFrom: string | null } {
  const saved = { text: { up: view.up, down: view.down }, base: view.revision, restoredFrom: null };
  if (!mayWrite) return saved;
  const local = readLocalCopy(view.id);
  if (local && !local.sent && (local.up !== view.up || local.down !== view.down)) {
    return {
      text: { up: local.up, down: local.down },
      base: local.baseRevision,
      restoredFrom: new Date(local.at).toISOString(),
    };
  }
  const own = view.ownDraft;
  if (!own) return saved;
  return { text: { up: own.up, down: own.down }, base: own.baseRevision, restoredFrom: own.savedAt };
}

/**
 * The text under edit and where it is kept: at once in this browser, a second later as a draft on the server, and
 * for everybody when it is saved. A lost connection is tried again until it is back.
 */
export function useText(view: MigrationView, mayWrite: boolean) {
  const [first] = useState(() => firstText(view, mayWrite));
  const [text, setText] = useState<Text>(first.text);
  const [saved, setSaved] = useState<Text>({ up: view.up, down: view.down });
  const [base, setBase] = useState(first.base);
  const [kept, setKept] = useState<Kept>(
    first.restoredFrom ? { where: "draft", at: first.restoredFrom } : { where: "saved", at: view.updatedAt },
  );
  const now = useRef({ text, base });
  now.current = { text, base };
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const version = useRef(0);
  const savedRevision = useRef(view.revision);

  const keepDraft = useCallback(async () => {
    const mine = version.current;
    const { text: at, base: baseRevision } = now.current;
    const slow = setTimeout(() => {
      if (mine === version.current) setKept({ where: "browser", at: new Date().toISOString() });
    }, SLOW_MS);
    const answer = await saveDraftAction({ id: view.id, up: at.up, down: at.down, baseRevision }).catch(
      () => null,
    );
    clearTimeout(slow);
    if (mine !== version.current) return;
    if (answer?.ok) {
      writeLocalCopy(view.id, { ...at, baseRevision, at: Date.now(), sent: true });
      setKept({ where: "draft", at: answer.data.savedAt });
    } else {
      const where = answer?.error.code === "access.sign_in" ? "signedOut" : "browser";
      setKept({ where, at: new Date().toISOString() });
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void keepDraft(), RETRY_MS);
    }
  }, [view.id]);

  const change = useCallback(
    (part: Partial<Text>) => {
      if (!mayWrite) return;
      const next = { ...now.current.text, ...part };
      now.current = { ...now.current, text: next };
      version.current += 1;
      setText(next);
      setKept((old) => (ONLY_HERE.includes(old.where) ? old : { where: "typing", at: old.at }));
      writeLocalCopy(view.id, { ...next, baseRevision: now.current.base, at: Date.now(), sent: false });
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void keepDraft(), AUTOSAVE_MS);
    },
    [keepDraft, mayWrite, view.id],
  );

  /** Takes a text over as saved: ours after saving, theirs after a conflict. */
  const accept = useCallback(
    (next: Text, revision: number, at: string) => {
      clearTimeout(timer.current);
      version.current += 1;
      now.current = { text: next, base: revision };
      setText(next);
      setSaved(next);
      savedRevision.current = revision;
      setBase(revision);
      setKept({ where: "saved", at });
      dropLocalCopy(view.id);
    },
    [view.id],
  );

  /** Shows what somebody saved since, as long as nothing of one's own is written: then there is nothing to compare. */
  const follow = useCallback(
    (next: Text, revision: number, at: string) => {
      const { up, down } = now.current.text;
      if (up === saved.up && down === saved.down) accept(next, revision, at);
    },
    [accept, saved],
  );

  const save = useCallback(
    async (options: { revision?: number; confirmApplied?: boolean } = {}): Promise<SaveAnswer> => {
      clearTimeout(timer.current);
      const mine = version.current;
      const at = now.current.text;
      const answer = await updateAction({
        id: view.id,
        revision: options.revision ?? now.current.base,
        up: at.up,
        down: at.down,
        confirmApplied: options.confirmApplied ?? false,
      }).catch(() => null);
      if (answer?.ok) {
        const { revision, updatedAt } = answer.data;
        if (mine === version.current) accept(at, revision, updatedAt);
        else {
          // Typed on while it was saved: what came after stays a draft on top of it.
          now.current.base = revision;
          savedRevision.current = revision;
          setBase(revision);
          setSaved(at);
          void keepDraft();
        }
        return { ok: true };
      }
      void keepDraft();
      if (!answer) return { ok: false, why: "failed", message: "", environments: [] };
      const { code, message, details } = answer.error;
      const why =
        code === "migration.conflict"
          ? "conflict"
          : code === "migration.changes_applied"
            ? "applied"
            : "failed";
      const environments = Array.isArray(details.environments) ? (details.environments as string[]) : [];
      return { ok: false, why, message, environments };
    },
    [accept, keepDraft, view.id],
  );

  /** Drops the draft on the server. */
  const forget = useCallback(async () => {
    await discardDraftAction({ id: view.id }).catch(() => null);
  }, [view.id]);

  const discard = useCallback(async () => {
    accept(saved, savedRevision.current, new Date().toISOString());
    await forget();
  }, [accept, forget, saved]);

  useEffect(() => {
    // What a lost connection or a closed window kept from the server goes there as soon as the page is open.
    if (first.restoredFrom && readLocalCopy(view.id)?.sent === false) void keepDraft();
    const online = () => {
      if (readLocalCopy(view.id)?.sent === false) void keepDraft();
    };
    window.addEventListener("online", online);
    return () => {
      clearTimeout(timer.current);
      window.removeEventListener("online", online);
      if (readLocalCopy(view.id)?.sent === false) void keepDraft();
    };
  }, [first.restoredFrom, keepDraft, view.id]);

  const dirty = text.up !== saved.up || text.down !== saved.down;
  return {
    text,
    saved,
    base,
    kept,
    dirty,
    restoredFrom: first.restoredFrom,
    change,
    save,
    accept,
    follow,
    discard,
    forget,
  };
}
