import type { BehindAnswer, BehindQuery } from "../../src/api/reports.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import type { ConversationId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { Message } from "../../src/domain/message.ts";
import { AUTO, CUSTOMER } from "../../src/domain/report.ts";
import { isPerson, saidBy } from "../../src/rules/reports/said-by.ts";
import type { Viewer } from "../../src/server/session.ts";
import type { FoundDeal, FoundTalk, FoundWait, ReportScope } from "../../src/store/contract/reports.ts";
import type { ChatAccess } from "./access.ts";
import { dealLooks } from "./deal-looks.ts";
import type { ApiDeps } from "./deps.ts";
import { nameOf, presentMessage } from "./present.ts";

export interface BehindPage {
  readonly rows: BehindAnswer;
  readonly next?: number;
  readonly lookedTo?: Date;
}

type Row = BehindAnswer[number];
type Figure = BehindQuery["figure"];

const LIMIT = 50;
/** Rows of the journal among which those of a figure are looked for. */
const LOOKED_AT = 500;

const isTalk = (figure: Figure): figure is "opened" | "closed" | "open" =>
  figure === "opened" || figure === "closed" || figure === "open";
const isSaid = (figure: Figure): figure is "received" | "answers" | "automatic" =>
  figure === "received" || figure === "answers" || figure === "automatic";

/** The messages (or deals) that a figure counts, for whoever wants to see them. */
export function createBehind(deps: ApiDeps, access: ChatAccess) {
  const { store } = deps;

  return async (viewer: Viewer, query: BehindQuery, scope: ReportScope, say: Say): Promise<BehindPage> => {
    const { figure, before } = query;
    if (scope.accounts.length === 0) return { rows: [] };
    if (isSaid(figure)) return saidBehind(viewer, figure, scope, before, say);
    if (figure === "dealsWon") return dealsBehind(viewer, scope, before ?? 0, say);
    const paged = { ...scope, limit: LIMIT, ...(before !== undefined && { before }) };
    if (isTalk(figure)) {
      const talks = await store.reports.talks(viewer.portal, { ...paged, which: figure });
      const rows = await present(viewer, talks.map(ofTalk), say);
      return { rows, ...nextOf(talks.map((one) => one.openedSeq)) };
    }
    const waits = await store.reports.waits(viewer.portal, { ...paged, which: figure });
    const rows = await present(viewer, waits.map(ofWait), say);
    return { rows, ...nextOf(waits.map((one) => one.askedSeq)) };
  };

  async function saidBehind(
    viewer: Viewer,
    figure: "received" | "answers" | "automatic",
    scope: ReportScope,
    before: number | undefined,
    say: Say,
  ): Promise<BehindPage> {
    const { portal } = viewer;
    const { accounts, since, until, agent, tag } = scope;
    const bots = new Set((await store.writers.bots(portal)).keys());
    const page = await store.journal.search(portal, {
      ...{ accounts, since, until, limit: LOOKED_AT },
      ...(before !== undefined && { before }),
    });
    const found = page.rows.filter((row) => {
      const writer = saidBy({ ...row, ...noticeOf(row.content.notice), ...letterOf(row.content.letter?.class) }, bots);
      if (figure === "received") return writer === CUSTOMER && agent === undefined;
      if (figure === "automatic") return writer === AUTO && agent === undefined;
      return isPerson(writer) && (agent === undefined || writer === agent);
    });
    const kept = tag === undefined ? found : await withTag(viewer, found, tag);
    const shown = kept.slice(0, LIMIT);
    const rows = await present(
      viewer,
      shown.map((message) => ({ seq: message.seq, at: message.createdAt, conversation: message.conversation })),
      say,
    );
    const last = shown.at(-1);
    if (shown.length < kept.length && last) return { rows, next: last.seq };
    return {
      rows,
      ...(page.next !== undefined && { next: page.next }),
      ...(page.next !== undefined && page.lookedTo && { lookedTo: page.lookedTo }),
    };
  }

  /** Each with the word that began the conversation it is counted at; how it looks is asked with the viewer's own rights. */
  async function dealsBehind(viewer: Viewer, scope: ReportScope, after: number, say: Say): Promise<BehindPage> {
    const { portal } = viewer;
    const deals = await store.reports.deals(portal, { ...scope, after, limit: LIMIT });
    const [rows, looks] = await Promise.all([
      present(
        viewer,
        deals.map((deal) => ({
          seq: deal.openedSeq,
          at: deal.wonAt,
          deal: deal.id,
          ...agentOf(deal),
          ...placeOf(deal),
        })),
        say,
      ),
      dealLooks(deps, viewer, [...new Set(deals.map(({ id }) => id))]),
    ]);
    const shown = rows.map((row) => (row.deal ? { ...row, deal: looks.get(row.deal.id) ?? row.deal } : row));
    return { rows: shown, ...(deals.length === LIMIT && { next: after + LIMIT }) };
  }

  async function withTag({ portal }: Viewer, rows: readonly Message[], tag: string): Promise<readonly Message[]> {
    const all = await store.conversations.findMany(portal, [...new Set(rows.map((row) => row.conversation))]);
    const tagged = new Set(all.filter(({ tags }) => tags?.includes(tag)).map(({ id }) => id));
    return rows.filter((row) => tagged.has(row.conversation));
  }

  async function present(viewer: Viewer, found: readonly Found[], say: Say): Promise<Row[]> {
    const { portal } = viewer;
    const positions = [
      ...new Set(found.flatMap(({ seq, endSeq }) => [seq, ...(endSeq === undefined ? [] : [endSeq])])),
    ];
    const [messages, conversations, names] = await Promise.all([
      store.reports.messagesAt(portal, positions),
      readable(viewer, [...new Set(found.map((one) => one.conversation))]),
      deps.names(
        portal,
        found.flatMap(({ agent }) => (agent !== undefined && /^\d+$/.test(agent) ? [agent] : [])),
      ),
    ]);
    const at = new Map(messages.map((message) => [message.seq, presentMessage(message, deps.mediaLink, say)]));
    return found.flatMap((one): Row[] => {
      const place = conversations.get(one.conversation);
      // What was counted under a conversation that goes on as another one is told without it.
      if (!place) return [];
      const name = one.agent === undefined ? undefined : names.get(one.agent);
      return [
        {
          at: one.at.toISOString(),
          conversation: { id: place.id, customer: nameOf(place.customer), account: place.account },
          message: at.get(one.seq) ?? null,
          ...(one.endSeq !== undefined && { answer: at.get(one.endSeq) ?? null }),
          ...(one.seconds !== undefined && { seconds: one.seconds }),
          ...(one.ended !== undefined && { ended: one.ended }),
          ...(one.deal !== undefined && { deal: { id: one.deal, title: null } }),
          ...(one.closedAt && { closedAt: one.closedAt.toISOString() }),
          ...(one.agent !== undefined && { agent: { id: one.agent, ...(name !== undefined && { name }) } }),
        },
      ];
    });
  }

  async function readable(
    viewer: Viewer,
    ids: readonly ConversationId[],
  ): Promise<ReadonlyMap<ConversationId, Conversation>> {
    const all = await store.conversations.findMany(viewer.portal, ids);
    const judged = await Promise.all(all.map(async (one) => ((await access.mayRead(viewer, one)) ? [one] : [])));
    return new Map(judged.flat().map((one) => [one.id, one]));
  }
}

interface Found {
  readonly seq: number;
  readonly at: Date;
  readonly conversation: ConversationId;
  readonly endSeq?: number;
  readonly seconds?: number;
  readonly ended?: FoundWait["ended"];
  readonly closedAt?: Date;
  readonly deal?: string;
  readonly agent?: string;
}

const placeOf = ({ conversation }: FoundDeal) => ({ conversation });
const agentOf = ({ agent }: FoundDeal) => (agent === undefined ? {} : { agent });

const ofTalk = ({ openedSeq, openedAt, conversation, closedAt, agent }: FoundTalk): Found => ({
  ...{ seq: openedSeq, at: openedAt, conversation },
  ...(closedAt && { closedAt }),
  ...(agent !== undefined && { agent }),
});

const ofWait = ({ askedSeq, askedAt, conversation, ended, endSeq, seconds, agent }: FoundWait): Found => ({
  ...{ seq: askedSeq, at: askedAt, conversation },
  ...(ended && { ended }),
  // Only an answer is a message.
  ...(ended === "answered" && endSeq !== undefined && { endSeq }),
  ...(seconds !== undefined && { seconds }),
  ...(agent !== undefined && { agent }),
});

const noticeOf = (notice: string | undefined) => (notice === undefined ? {} : { notice });
const letterOf = (letter: string | undefined) => (letter === undefined ? {} : { letter });

function nextOf(positions: readonly number[]): { readonly next?: number } {
  const last = positions.at(-1);
  return positions.length === LIMIT && last !== undefined ? { next: last } : {};
}
