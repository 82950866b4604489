import type { PointAnswer } from "../../../src/api/customers.ts";
import { t } from "../i18n.ts";

/** The kind of a contact point; of a messenger's the channel and the account. */
export function kindOfPoint(point: PointAnswer, channel: string | undefined): string {
  if (point.kind !== "messenger") return t(`customers.${point.kind}`);
  return (
    [channel ?? point.account?.channel, point.account?.name].filter(Boolean).join(" · ") || t("customers.messenger")
  );
}

/** Why it is theirs, and what is special about it. */
export function aboutPoint(point: PointAnswer): string {
  const sentences = [t(`customers.by.${point.why.by}`)];
  if (!point.linkable) sentences.push(t("customers.neverText"));
  else if (point.shared) sentences.push(t("customers.sharedText"));
  else if (point.first && point.kind !== "messenger") sentences.push(t("customers.firstText"));
  return sentences.join(" ");
}
