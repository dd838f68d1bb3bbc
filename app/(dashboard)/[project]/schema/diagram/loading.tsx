import { SchemaSkeleton } from "../_components/skeleton";

export default function Loading() {
  return <SchemaSkeleton />;
}
