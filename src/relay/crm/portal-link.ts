import type { EntityType } from "../../domain/person.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import { decisionSchema, type Target } from "../../rules/decision.ts";
import type { StoredDecision } from "../../store/contract/rules.ts";
import type { Case, CrmDeps } from "./context.ts";

const TYPES = ["deal", "lead", "contact", "company"] as const satisfies readonly EntityType[];

/**
 * Reads once a session what the portal itself has linked the chat to, because it searches by its own lights (a name is
 * enough for it) and tells nobody.
 *
 * One command, and never in the run that opened the session: what that costs is counted. A message or reply that follows
 * has room for it, unless it is written into several cards; then the end of the session has. Not to be had just now: with the next one. Refused:
 * counts as read, because it would be refused again.
 */
export async function readLink(
  deps: CrmDeps & { readonly portals: Pick<PortalDirectory, "lines"> },
  { conversation }: Pick<Case, "conversation">,
  stored: StoredDecision,
  comments: number,
): Promise<void> {
  const hasRoom =
    !conversation.open || (comments < 2 && stored.steps.some(({ name }) => /^(comment|activity):/.test(name)));
  if (stored.portalLink !== undefined || conversation.imChatId === undefined || !hasRoom) return;
  const outcome = await deps.portals.lines(conversation.portal).chatLink(conversation.imChatId);
  if (outcome.kind === "ok" || outcome.kind === "refused") {
    const link = outcome.kind === "ok" ? outcome.value : null;
    await deps.store.decisions.noteLink(conversation.portal, stored.id, link);
  }
}

/**
 * What the portal has linked the chat to, where that is not what was decided; `undefined`: it is, or it is not known yet.
 * What counts is the weightiest card: a chat at the right deal may well be at another contact.
 */
export function linkThatDiffers(stored: StoredDecision): readonly Target[] | undefined {
  const decision = decisionSchema.safeParse(stored.decision).data;
  if (!decision || !stored.portalLink) return undefined;
  const made = stored.steps.flatMap(({ name, end }): Target[] => {
    const type = TYPES.find((one) => one === name);
    return type && end?.kind === "done" && end.id !== undefined ? [{ type, id: end.id }] : [];
  });
  const ours = [...made, ...decision.targets];
  const main = TYPES.find((type) => ours.some((one) => one.type === type));
  if (main === undefined) return undefined;
  const link = stored.portalLink;
  if (ours.some((one) => one.type === main && one.id === link[main])) return undefined;
  return TYPES.flatMap((type) => (link[type] === undefined ? [] : [{ type, id: link[type] }]));
}
