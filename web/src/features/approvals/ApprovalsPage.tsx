// Orders that programs ask for outside the limits of their tokens: looked at, and answered, one by one.
import "@/text/rooms/tokens";
import { Link, useParams } from "react-router";
import { inWords, problemOf } from "@/api";
import { useGetApprovalQuery, useListApprovalsQuery } from "@/api/programs";
import { Button } from "@/components/button";
import { Empty, Notice, PageHead, Waiting } from "@/components/surface";
import { t } from "@/text";
import { ApprovalCard } from "./ApprovalCard";

export function ApprovalsPage() {
  const { id } = useParams();
  return (
    <div className="max-w-3xl">
      <PageHead title={t("tokens:approvals")}>
        {id && (
          <Link to="/approvals" className="text-accent underline underline-offset-2 max-md:py-3">
            {t("tokens:all_approvals")}
          </Link>
        )}
      </PageHead>
      {id ? <One id={id} /> : <All />}
    </div>
  );
}

function All() {
  const { data, error, refetch } = useListApprovalsQuery({}, { refetchOnMountOrArgChange: true });
  if (error) return <Failed words={inWords(problemOf(error))} onRetry={refetch} />;
  if (!data) return <Waiting rows={4} />;
  if (data.items.length === 0) return <Empty title={t("tokens:approvals_none")}>{t("tokens:approvals_about")}</Empty>;
  return (
    <ul>
      {data.items.map((approval) => (
        <li key={approval.id}>
          <ApprovalCard approval={approval} />
        </li>
      ))}
    </ul>
  );
}

function One({ id }: { id: string }) {
  const { data, error, refetch } = useGetApprovalQuery({ approvalId: id }, { refetchOnMountOrArgChange: true });
  if (error) {
    const problem = problemOf(error);
    if (problem.status === 404) return <Empty title={t("tokens:gone")} />;
    return <Failed words={inWords(problem)} onRetry={refetch} />;
  }
  return data ? <ApprovalCard approval={data} /> : <Waiting rows={4} />;
}

function Failed({ words, onRetry }: { words: string; onRetry: () => void }) {
  return (
    <Notice tone="bad" className="mx-4" action={<Button onClick={onRetry}>{t("common:retry")}</Button>}>
      {words}
    </Notice>
  );
}
