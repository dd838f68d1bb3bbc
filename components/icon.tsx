import { cn } from "./class-names";

/** Drawn on a grid of 16 with a line of 1.5. Only danger is filled. */
const shapes = {
  safe: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="m5.4 8.2 1.8 1.8 3.4-3.8" />
    </>
  ),
  notice: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M8 7.4v3.4M8 5.1v.1" />
    </>
  ),
  warning: (
    <>
      <path d="M8 2.2 14.3 13.2H1.7Z" />
      <path d="M8 6.4v3.2M8 11.4v.1" />
    </>
  ),
  danger: (
    <>
      <path d="M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4Z" fill="currentColor" />
      <path d="M8 4.7v3.8M8 11v.1" stroke="var(--surface)" strokeWidth="1.75" />
    </>
  ),
  unknown: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M6.3 6.3a1.75 1.75 0 1 1 2.5 1.6c-.5.25-.8.6-.8 1.2M8 11.1v.1" />
    </>
  ),
  check: <path d="m3.5 8.4 3 3 6-6.6" />,
  todo: <circle cx="8" cy="8" r="5.25" strokeDasharray="2 2.1" />,
  now: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <circle cx="8" cy="8" r="2.25" fill="currentColor" stroke="none" />
    </>
  ),
  wait: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M8 4.6V8l2.2 1.6" />
    </>
  ),
  lock: (
    <>
      <rect x="3.25" y="7" width="9.5" height="6.5" rx="1.25" />
      <path d="M5.25 7V5a2.75 2.75 0 0 1 5.5 0v2" />
    </>
  ),
  arrow: <path d="M3 8h9.5M9 4.5 12.5 8 9 11.5" />,
  chev: <path d="m6 3.5 4.5 4.5L6 12.5" />,
  down: <path d="M3.5 6 8 10.5 12.5 6" />,
  updown: <path d="M5 6.2 8 3.4l3 2.8M5 9.8l3 2.8 3-2.8" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.25" />
      <path d="m10.2 10.2 3.3 3.3" />
    </>
  ),
  menu: <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />,
  theme: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 2a6 6 0 0 1 0 12Z" fill="currentColor" />
    </>
  ),
  overview: (
    <>
      <rect x="2.25" y="2.25" width="4.75" height="4.75" rx="1" />
      <rect x="9" y="2.25" width="4.75" height="4.75" rx="1" />
      <rect x="2.25" y="9" width="4.75" height="4.75" rx="1" />
      <rect x="9" y="9" width="4.75" height="4.75" rx="1" />
    </>
  ),
  migrations: (
    <>
      <path d="M3.5 2.25h6l3 3v8.5h-9Z" />
      <path d="M9.25 2.5v3h3M5.75 8.5h4.5M5.75 11h4.5" />
    </>
  ),
  deployments: <path d="M8 13.5V3M4 6.75 8 2.75l4 4" />,
  schema: (
    <>
      <ellipse cx="8" cy="3.9" rx="5" ry="1.9" />
      <path d="M3 3.9v8.2c0 1 2.2 1.9 5 1.9s5-.9 5-1.9V3.9M3 8c0 1 2.2 1.9 5 1.9S13 9 13 8" />
    </>
  ),
  compare: (
    <>
      <rect x="2" y="3" width="4.5" height="10" rx="1" />
      <rect x="9.5" y="3" width="4.5" height="10" rx="1" />
    </>
  ),
  backups: <path d="M2.5 5.5h11v8h-11ZM1.75 2.5h12.5v3H1.75ZM6.25 8.5h3.5" />,
  sql: <path d="m3 4.5 3.5 3.5L3 11.5M8.5 11.75h4.75" />,
  monitoring: <path d="M1.75 8.5h2.75l2-5 3 9.5 2-4.5h2.75" />,
  audit: <path d="M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1" />,
  settings: (
    <>
      <path d="M2 4.5h6.5M12 4.5h2M2 11.5h2M7.5 11.5H14" />
      <circle cx="10.25" cy="4.5" r="1.75" />
      <circle cx="5.75" cy="11.5" r="1.75" />
    </>
  ),
  fold: (
    <>
      <rect x="2" y="3" width="12" height="10" rx="1.25" />
      <path d="M6 3v10M11 6.2 9.2 8 11 9.8" />
    </>
  ),
  undo: <path d="M5.5 3 2.5 6l3 3M2.5 6H10a3.5 3.5 0 0 1 0 7H6" />,
  stop: <rect x="3.75" y="3.75" width="8.5" height="8.5" rx="1" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  plus: <path d="M8 3v10M3 8h10" />,
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.25" />
      <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" />
    </>
  ),
  download: <path d="M8 2.5v7.5M4.75 7 8 10.25 11.25 7M2.75 13.25h10.5" />,
  upload: <path d="M8 10.25v-7.5M4.75 5.75 8 2.5l3.25 3.25M2.75 13.25h10.5" />,
  person: (
    <>
      <circle cx="8" cy="5.25" r="2.75" />
      <path d="M2.75 13.5a5.25 5.25 0 0 1 10.5 0" />
    </>
  ),
  people: (
    <>
      <circle cx="6" cy="5.5" r="2.5" />
      <path d="M1.5 13.25a4.5 4.5 0 0 1 9 0M10.5 3.25a2.5 2.5 0 0 1 0 4.5M12 9.5a4.5 4.5 0 0 1 2.5 3.75" />
    </>
  ),
  key: (
    <>
      <circle cx="5" cy="11" r="2.75" />
      <path d="m7 9 6-6M11 5l1.75 1.75M9.25 6.75 10.5 8" />
    </>
  ),
  out: <path d="M6.5 2.5h-3a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h3M10 4.75 13.25 8 10 11.25M13 8H6" />,
  edit: <path d="M10.75 2.75 13.25 5.25 5.5 13H3v-2.5ZM9 4.5 11.5 7" />,
  trash: <path d="M2.5 4.25h11M6 4V2.5h4V4M4 4.25l.6 9.25h6.8l.6-9.25M6.6 6.75v4.25M9.4 6.75v4.25" />,
  refresh: <path d="M13.25 8A5.25 5.25 0 1 1 11.6 4.2M13.5 2.25v2.9h-2.9" />,
  external: <path d="M9.5 2.75h3.75V6.5M13 3 7.5 8.5M11.5 9.5v3.75h-8.75V4.5H6.5" />,
  more: <path d="M3.5 8h.1M8 8h.1M12.5 8h.1" strokeWidth="2.25" />,
  filter: <path d="M2.5 4h11M4.5 8h7M6.5 12h3" />,
  server: (
    <>
      <rect x="2.25" y="2.75" width="11.5" height="4.5" rx="1" />
      <rect x="2.25" y="8.75" width="11.5" height="4.5" rx="1" />
      <path d="M5 5h.1M5 11h.1" />
    </>
  ),
  globe: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M2.25 8h11.5M8 2.25c2.3 2.5 2.3 9 0 11.5M8 2.25c-2.3 2.5-2.3 9 0 11.5" />
    </>
  ),
  runs: <path d="M4.5 2.75v10.5L13 8Z" />,
  comment: <path d="M2.5 3h11v7.5H7.25L4.25 13v-2.5H2.5Z" />,
  promote: <path d="M2.5 12.5h4v-4h4v-4h3M11.5 2.5l2 2-2 2" />,
  help: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M6.3 6.3a1.75 1.75 0 1 1 2.5 1.6c-.5.25-.8.6-.8 1.2M8 11.1v.1" />
    </>
  ),
  left: <path d="M10 3.5 5.5 8l4.5 4.5" />,
  eye: (
    <>
      <path d="M1.5 8S4 3.75 8 3.75 14.5 8 14.5 8 12 12.25 8 12.25 1.5 8 1.5 8Z" />
      <circle cx="8" cy="8" r="1.75" />
    </>
  ),
  table: (
    <>
      <rect x="2.25" y="2.75" width="11.5" height="10.5" rx="1" />
      <path d="M2.25 6.25h11.5M6.25 6.25v7" />
    </>
  ),
  function: <path d="M10.75 3.25c-2.5-.9-3.2.7-3.4 2.25L6.5 11c-.3 1.8-1.2 2.5-3 1.9M4.5 6.75h5" />,
  type: <path d="M3.25 4.75v-1.5h9.5v1.5M8 3.25v9.5M6 12.75h4" />,
  sequence: <path d="M3 12.75h2.5v-3H8v-3h2.5v-3H13" />,
  box: <path d="M8 2 13.25 5v6L8 14 2.75 11V5ZM2.75 5 8 8l5.25-3M8 8v6" />,
  bell: <path d="M3.25 11.5h9.5l-1-1.75V7a3.75 3.75 0 0 0-7.5 0v2.75ZM6.75 13.5h2.5" />,
} as const;

export type IconName = keyof typeof shapes;

/** A decorative icon: what it means is always said in words beside it. */
export function Icon({ name, small, className }: { name: IconName; small?: boolean; className?: string }) {
  return (
    <svg
      className={cn("i", small && "i-s", className)}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      {shapes[name]}
    </svg>
  );
}
