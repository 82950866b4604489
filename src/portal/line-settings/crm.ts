/** What an open line makes of its chats in the CRM by itself, how that is switched off and on, and what it says to a vote. */
import { z } from "zod";
import type { LineCrmNow, LineSettings, LineVoteTexts } from "../contract/line-settings.ts";
import type { PortalCaller, PortalOutcome } from "../contract.ts";
import { unreadable } from "../open-lines.ts";
import { wireId } from "../wire-id.ts";

const config = z
  .object({
    CRM: z.string().catch("Y"),
    CRM_CREATE: z.string().catch("none"),
    CRM_CHAT_TRACKER: z.string().catch("Y"),
    CRM_TRANSFER_CHANGE: z.string().catch("N"),
  })
  .transform(
    (line): LineCrmNow => ({
      searches: line.CRM === "Y",
      creates: line.CRM_CREATE === "lead" || line.CRM_CREATE === "deal" ? line.CRM_CREATE : "none",
      tracks: line.CRM_CHAT_TRACKER === "Y",
      // Without the search nothing is linked that could follow.
      transfers: line.CRM === "Y" && line.CRM_TRANSFER_CHANGE === "Y",
    }),
  );

/** The portal answers `false` for a line that it has not, and no error. */
const configResult = z.union([z.literal(false), config]);

const queueResult = z.union([
  z.literal(false),
  z.object({ QUEUE: z.array(z.union([z.string(), z.number()]).transform(String)).catch([]) }),
]);
const voteResult = z.union([
  z.literal(false),
  z
    .object({
      VOTE_MESSAGE: z.string().catch("N"),
      VOTE_MESSAGE_2_LIKE: z.string().catch(""),
      VOTE_MESSAGE_2_DISLIKE: z.string().catch(""),
    })
    .transform(
      (line): LineVoteTexts => ({
        asks: line.VOTE_MESSAGE === "Y",
        ...{ liked: line.VOTE_MESSAGE_2_LIKE, disliked: line.VOTE_MESSAGE_2_DISLIKE },
      }),
    ),
]);
const noSuchLine = {
  kind: "refused",
  code: "NO_SUCH_LINE",
  sentence: "The portal has no such open line any more.",
} as const;

export function createLineSettings(caller: PortalCaller): LineSettings {
  async function crm(line: string): Promise<PortalOutcome<LineCrmNow>> {
    const params = { CONFIG_ID: wireId(line), WITH_QUEUE: "N" };
    const outcome = await caller.call({ method: "imopenlines.config.get", params, effect: "read" });
    if (outcome.kind !== "ok") return outcome;
    const parsed = configResult.safeParse(outcome.value);
    if (!parsed.success) return unreadable("imopenlines.config.get");
    if (parsed.data === false) return noSuchLine;
    return { kind: "ok", value: parsed.data };
  }

  return {
    crm,
    async operators(line) {
      const params = { CONFIG_ID: wireId(line), WITH_QUEUE: "Y", SHOW_OFFLINE: "Y" };
      const outcome = await caller.call({ method: "imopenlines.config.get", params, effect: "read" });
      if (outcome.kind !== "ok") return outcome;
      const parsed = queueResult.safeParse(outcome.value);
      if (!parsed.success) return unreadable("imopenlines.config.get");
      return parsed.data === false ? noSuchLine : { kind: "ok", value: parsed.data.QUEUE };
    },
    async voteTexts(line) {
      const params = { CONFIG_ID: wireId(line), WITH_QUEUE: "N" };
      const outcome = await caller.call({ method: "imopenlines.config.get", params, effect: "read" });
      if (outcome.kind !== "ok") return outcome;
      const parsed = voteResult.safeParse(outcome.value);
      if (!parsed.success) return unreadable("imopenlines.config.get");
      return parsed.data === false ? noSuchLine : { kind: "ok", value: parsed.data };
    },
    async setCrm(line, wanted) {
      const PARAMS = {
        ...(wanted.searches !== undefined && { CRM: wanted.searches ? "Y" : "N" }),
        ...(wanted.creates !== undefined && { CRM_CREATE: wanted.creates }),
        ...(wanted.tracks !== undefined && { CRM_CHAT_TRACKER: wanted.tracks ? "Y" : "N" }),
      };
      const outcome = await caller.call({
        method: "imopenlines.config.update",
        params: { CONFIG_ID: wireId(line), PARAMS },
        effect: "repeatable",
      });
      // Read back: what the plan does not allow, or the portal does not like, is corrected without a word.
      return outcome.kind === "ok" ? crm(line) : outcome;
    },
  };
}
