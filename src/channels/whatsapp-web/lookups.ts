import { createReadStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { MediaOutcome, PersonOutcome, WantedPerson } from "../contract/sending.ts";
import type { CallClock } from "../contract/sessions.ts";
import { FILE_LIMIT } from "./about.ts";
import { RETRY_MS } from "./failures.ts";
import type { WhyOut } from "./line.ts";
import { CALL_MS, idsOf, inPace, type OutboundTools } from "./outbound-tools.ts";
import { foundSchema, mediaSchema } from "./schemas.ts";

/** What is asked of WhatsApp: a message's file, and whether a number is there. Nothing is changed by either. */

export interface Lookups {
  openMedia(ref: string, signal: AbortSignal): Promise<MediaOutcome>;
  findPerson(wanted: WantedPerson, clock?: CallClock): Promise<PersonOutcome>;
}

const LOST: MediaOutcome = {
  kind: "gone",
  sentence: "WhatsApp no longer has this file. Ask the customer to send it again.",
};
const LATER: MediaOutcome = {
  kind: "retry",
  afterMs: RETRY_MS,
  sentence: "WhatsApp cannot be asked at the moment. The file will be asked for again.",
};

const unsure = (why: string): PersonOutcome => ({
  kind: "unknown",
  sentence: `Whether this number is on WhatsApp could not be checked: ${why}.`,
});

const notNow = (why: WhyOut): PersonOutcome =>
  unsure(why === "long" ? "many messages wait to go out first" : "this server is being stopped");

export function createLookups(tools: OutboundTools): Lookups {
  let serial = 0;

  async function find(digits: string, clock: CallClock | undefined): Promise<PersonOutcome> {
    if (tools.down()) return unsure("the account is not connected");
    if (!(await tools.budget.takeLookup())) return unsure("this number has looked up enough people for today");
    if (!(await inPace(tools, "lookup", clock))) return notNow("closing");
    const asked = await tools.call({ method: "find", digits }, CALL_MS);
    if (!asked.ok) return unsure("WhatsApp gave no answer");
    const id = foundSchema.safeParse(asked.value).data?.id;
    if (id === undefined) return { kind: "nobody", sentence: `Nobody is on WhatsApp with the number +${digits}.` };
    const chatId = await tools.directory.chatIdOf(id);
    return {
      kind: "found",
      chatId,
      customer: { externalId: chatId, phone: `+${digits}`, url: `https://wa.me/${digits}` },
    };
  }

  return {
    async openMedia(ref, signal) {
      const messages = await idsOf(tools.directory, ref).catch(() => undefined);
      if (!messages) return LATER;
      if (messages.length === 0) return LOST;
      if (tools.down() || signal.aborted) return LATER;
      serial += 1;
      const into = join(tools.folder, `in-${serial}`);
      const result = await tools.call({ method: "download", messages, into, maxBytes: FILE_LIMIT }, 5 * CALL_MS);
      if (!result.ok) {
        await rm(into, { force: true });
        if (result.failure.code !== "not-found") return LATER;
        return result.failure.reason === "too large"
          ? { kind: "gone", sentence: "The file is larger than 100 MB. Open it on the phone." }
          : LOST;
      }
      const size = (await stat(into).catch(() => undefined))?.size;
      if (size === undefined) return LATER;
      const stream = createReadStream(into, { signal });
      stream.once("close", () => void rm(into, { force: true }));
      const name = mediaSchema.safeParse(result.value).data?.name;
      return { kind: "opened", stream, size, ...(name && { name }) };
    },

    async findPerson({ phone }, clock) {
      const digits = phone?.replace(/\D/g, "") ?? "";
      if (digits.length < 6 || digits.length > 15)
        return {
          kind: "unknown",
          sentence: "WhatsApp finds people by a full phone number with its country code only.",
        };
      return await tools.line.stand(clock, notNow, async () =>
        find(digits, clock).catch(() => unsure("this server's own store could not be asked")),
      );
    },
  };
}
