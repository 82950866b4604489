/**
 * What the tab of a card asks for first, given along with the page: whose conversations stand in it, and the messages of
 * the one that it begins with. So they are to be seen two journeys earlier. The page's own session asks, through the same
 * routes: nobody is given what they would not be answered.
 *
 * Slow (a portal that must be asked about rights, and is busy): the page goes without, and asks by itself. Another conversation
 * than the page begins with: the page asks by itself as well. Old by the time it is read: the page's stream brings what came since.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { GivenAnswer } from "../src/api/boot.ts";
import type { App } from "../src/server/app.ts";

/** A card of the CRM, as its tab is opened. */
export interface OpenedCard {
  readonly type: string;
  readonly id: string;
}

/** A page that waits for longer shows nothing for longer. */
const PATIENCE_MS = 400;

interface Listed {
  readonly id: string;
  readonly lastCustomerAt: string | null;
}

/** @returns what was answered in time; never throws */
export async function firstAnswers(
  app: App,
  card: OpenedCard,
  viewer: { readonly session: string; readonly locale: string },
): Promise<readonly GivenAnswer[]> {
  const given: GivenAnswer[] = [];
  const headers = { authorization: `Bearer ${viewer.session}`, "accept-language": viewer.locale };

  async function ask<Answer>(path: string): Promise<Answer | undefined> {
    const { statusCode, headers: told, body } = await app.inject({ url: `/api${path}`, headers });
    if (statusCode !== 200) return undefined;
    const answer: Answer = JSON.parse(body);
    const next = told["x-next"];
    given.push({ path, body: answer, ...(next !== undefined && { next: Number(next) }) });
    return answer;
  }

  async function askAll(): Promise<void> {
    const [rows] = await Promise.all([
      ask<readonly Listed[]>(`/cards/${card.type}/${card.id}/conversations`),
      ask("/channels"),
    ]);
    const written = (rows ?? []).toSorted((a, b) => (b.lastCustomerAt ?? "").localeCompare(a.lastCustomerAt ?? ""));
    const [first] = written;
    if (!first) return;
    await Promise.all([
      ask(`/conversations/${first.id}/messages?together=true&limit=50`),
      ask(`/conversations/${first.id}/together`),
    ]);
  }

  const all = askAll().catch((error: unknown) => app.log.warn({ err: error }, "A page goes without its first answers"));
  await Promise.race([all, wait(PATIENCE_MS, undefined, { ref: false })]);
  return [...given];
}
