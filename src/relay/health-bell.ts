/**
 * Tells people of a portal, by its own notifications. A notice carries a tag, and one with the same tag replaces the one
 * before it: telling twice (a crash before it was written down, two workers) shows one. The documentation does not say
 * whether a tag is looked for among one person's notices or everybody's, so each person has a tag of their own.
 */
import type { PortalId } from "../domain/ids.ts";
import { plainText, type RichText } from "../domain/rich-text.ts";
import type { PortalDirectory } from "../portal/contract/directory.ts";
import type { PortalOutcome } from "../portal/contract.ts";
import type { HealthSettings } from "../store/contract/health.ts";

export interface BellDeps {
  readonly portals: Pick<PortalDirectory, "lines">;
  readonly toBBCode: (text: RichText) => string;
}

export type Rung =
  /** `refused`: ids whom the portal would not tell, and why (a dismissed employee, say). */
  | { readonly kind: "rung"; readonly refused: readonly { readonly id: string; readonly sentence: string }[] }
  /** The portal cannot be asked just now. Some may have been told. */
  | { readonly kind: "not-now"; readonly outcome: Exclude<PortalOutcome<void>, { readonly kind: "ok" | "refused" }> };

export async function ring(
  deps: BellDeps,
  portal: PortalId,
  people: readonly string[],
  notice: { readonly text: string; readonly tag: string },
): Promise<Rung> {
  const lines = deps.portals.lines(portal);
  const text = deps.toBBCode(plainText(notice.text));
  const refused: { id: string; sentence: string }[] = [];
  for (const id of people) {
    const outcome = await lines.notify(id, text, `${notice.tag}-${id}`);
    if (outcome.kind === "refused") refused.push({ id, sentence: outcome.sentence });
    else if (outcome.kind !== "ok") return { kind: "not-now", outcome };
  }
  return { kind: "rung", refused };
}

/** Who is told: those who were chosen (nobody, too), otherwise who installed the application. */
export function toldPeople({
  people,
  installer,
}: HealthSettings): readonly { readonly id: string; readonly name: string }[] {
  return people ?? (installer ? [installer] : []);
}
