import { ReviewSkeleton } from "@/components/skeletons";

export default function Loading() {
  return <ReviewSkeleton />;
}
