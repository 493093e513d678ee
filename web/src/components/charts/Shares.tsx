// Parts of a whole as bars beside their names and figures: a table that one can see.
import { cx } from "@/lib/classes";

export interface Share {
  key: string;
  name: React.ReactNode;
  /** 0 to 100; null is not known and has no bar. */
  percent: number | null;
  value: React.ReactNode;
  /** The share in words, such as "12.50%". */
  share: React.ReactNode;
  also?: React.ReactNode;
}

interface Props {
  label: string;
  heads: { name: string; value: string; share: string; also?: string };
  shares: readonly Share[];
  className?: string;
}

export function Shares({ label, heads, shares, className }: Props) {
  return (
    <table className={cx("w-full", className)} aria-label={label}>
      <thead className="sr-only">
        <tr>
          <th scope="col">{heads.name}</th>
          <th scope="col">{heads.value}</th>
          <th scope="col">{heads.share}</th>
          {heads.also && <th scope="col">{heads.also}</th>}
        </tr>
      </thead>
      <tbody>
        {shares.map((share) => (
          <tr key={share.key} className="border-b border-line last:border-0">
            <th scope="row" className="h-9 max-w-0 pr-2 pl-4 text-left font-normal">
              <span className="block truncate">{share.name}</span>
              <span className="mt-0.5 block h-1 rounded-full bg-hover" aria-hidden="true">
                {share.percent !== null && (
                  <span
                    className="block h-1 rounded-full bg-fill"
                    style={{ width: `${Math.min(100, Math.max(0, share.percent))}%` }}
                  />
                )}
              </span>
            </th>
            <td className="w-0 px-2 text-right whitespace-nowrap">{share.value}</td>
            <td className={cx("w-0 px-2 text-right whitespace-nowrap text-quiet", !heads.also && "pr-4")}>
              {share.share}
            </td>
            {heads.also && <td className="w-0 pr-4 pl-2 text-right whitespace-nowrap">{share.also}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
