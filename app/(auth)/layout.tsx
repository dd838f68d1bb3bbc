import type { ReactNode } from "react";
import { LanguageSwitch } from "../(dashboard)/_frame/language-switch";
import "./auth.css";

/** Pages before anybody is signed in: one column in the middle. */
export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <div className="auth">
      <header className="auth-head">
        <span className="mark" aria-hidden="true">
          m
        </span>
        <span className="auth-name">DBMigrator</span>
        <LanguageSwitch />
      </header>
      <main className="auth-main">{children}</main>
    </div>
  );
}
