/**
 * Open lines as somebody with rights of their own sees and changes them.
 *
 * - Crash, a lost answer: a change may be written a second time, which makes it no different; a line is made at most once, and
 *   where the answer to that was lost the list of lines tells.
 * - The portal lies: it answers `true` and keeps something else, so nobody takes a write for done that was not read back.
 * - Refused: `CONFIG_WRONG_USER_PERMISSION` for those who may not change lines, in words.
 */
import { z } from "zod";
import { fromWire, toWire } from "../../domain/line-settings/wire.ts";
import type { LineBrief, LineDesk, LineNow } from "../contract/line-desk.ts";
import type { PortalCaller, PortalOutcome } from "../contract.ts";
import { unreadable } from "../open-lines.ts";
import { wireId } from "../wire-id.ts";

/** The method's own most. */
const PAGE = 200;
/** What every list of the platform gives at once. */
const LISTS_PAGE = 50;
/** How the symbolic codes begin of lists that the portal makes for canned replies (on-premise source). */
const MADE = "IMOP_QUICK_ANSWERS";
/** A portal with more lines than this lists something else. */
const MOST_PAGES = 10;

const id = z.union([z.string(), z.number()]).transform(String);
const usedId = id
  .transform((value) => (/^[1-9]\d{0,14}$/.test(value) ? value : undefined))
  .optional()
  .catch(undefined);

const briefs = z.array(
  z
    .object({
      ID: id,
      LINE_NAME: z.string().catch(""),
      ACTIVE: z.string().catch("Y"),
      QUICK_ANSWERS_IBLOCK_ID: usedId,
      AGREEMENT_ID: usedId,
      WELCOME_FORM_ID: usedId,
      WELCOME_BOT_ID: usedId,
    })
    .transform(
      (line): LineBrief => ({
        id: line.ID,
        name: line.LINE_NAME,
        active: line.ACTIVE === "Y",
        uses: {
          ...(line.QUICK_ANSWERS_IBLOCK_ID !== undefined && { cannedReplies: line.QUICK_ANSWERS_IBLOCK_ID }),
          ...(line.AGREEMENT_ID !== undefined && { consent: line.AGREEMENT_ID }),
          ...(line.WELCOME_FORM_ID !== undefined && { form: line.WELCOME_FORM_ID }),
          ...(line.WELCOME_BOT_ID !== undefined && { bot: line.WELCOME_BOT_ID }),
        },
      }),
    ),
);

const configResult = z.union([z.literal(false), z.looseObject({ ID: id })]);
const queueResult = z.array(z.object({ ID: id, CONFIG_QUEUE: z.unknown() }));
const modifier = z.object({ MODIFY_USER_ID: id.optional().catch(undefined) });
const peopleIds = z.array(id).catch([]);
const lineId = id.refine((value) => /^[1-9]\d{0,14}$/.test(value));
const path = z.object({ SERVER_ADDRESS: z.url(), PUBLIC_PATH: z.string().startsWith("/") });
const agreements = z.array(z.object({ ID: id, NAME: z.string(), ACTIVE: z.string().catch("Y") }));
const lists = z.array(z.object({ ID: id, NAME: z.string(), CODE: z.string().nullish().catch(null) }));
const statuses = z.array(z.object({ STATUS_ID: id, NAME: z.string() }));

/** By id; PHP writes an empty map as a list. */
const bots = z.union([
  z
    .array(z.unknown())
    .length(0)
    .transform(() => []),
  z
    .record(z.string(), z.object({ ID: id, NAME: z.string(), OPENLINE: z.string() }))
    .transform((all) => Object.values(all)),
]);

const NO_SUCH_LINE = {
  kind: "refused",
  code: "NO_SUCH_LINE",
  sentence: "The portal has no such open line any more.",
} as const;
const MAY_NOT = {
  kind: "refused",
  code: "CONFIG_WRONG_USER_PERMISSION",
  sentence: "Bitrix24 does not let you change Open Channels. Ask an administrator for the right to do so.",
} as const;

export function createLineDesk(caller: PortalCaller): LineDesk {
  async function ask<T>(
    method: string,
    params: Readonly<Record<string, unknown>>,
    schema: z.ZodType<T>,
    effect: "read" | "repeatable" | "once" = "read",
  ): Promise<PortalOutcome<T>> {
    const outcome = await caller.call({ method, params, effect });
    if (outcome.kind === "refused" && outcome.code === MAY_NOT.code) return MAY_NOT;
    if (outcome.kind !== "ok") return outcome;
    const parsed = schema.safeParse(outcome.value);
    return parsed.success ? { kind: "ok", value: parsed.data } : unreadable(method);
  }

  /** Answers `false` for a line that it has not. */
  async function done(method: string, params: Readonly<Record<string, unknown>>): Promise<PortalOutcome<void>> {
    const outcome = await ask(method, params, z.boolean(), "repeatable");
    if (outcome.kind !== "ok") return outcome;
    return outcome.value ? { kind: "ok", value: undefined } : NO_SUCH_LINE;
  }

  return {
    async list() {
      const all: LineBrief[] = [];
      for (let page = 0; page < MOST_PAGES; page++) {
        const PARAMS = { order: { ID: "ASC" }, select: SELECT, limit: PAGE, offset: page * PAGE };
        const outcome = await ask("imopenlines.config.list.get", { PARAMS }, briefs);
        if (outcome.kind !== "ok") return outcome;
        all.push(...outcome.value);
        if (outcome.value.length < PAGE) break;
      }
      return { kind: "ok", value: all };
    },

    async read(line) {
      const queueOf = { PARAMS: { filter: { ID: wireId(line) }, select: ["ID"] }, OPTIONS: { CONFIG_QUEUE: "Y" } };
      const [config, queue] = await Promise.all([
        ask("imopenlines.config.get", { CONFIG_ID: wireId(line), WITH_QUEUE: "Y", SHOW_OFFLINE: "Y" }, configResult),
        ask("imopenlines.config.list.get", queueOf, queueResult),
      ]);
      if (config.kind !== "ok") return config;
      if (queue.kind !== "ok") return queue;
      if (config.value === false) return NO_SUCH_LINE;
      const entries = queue.value.find(({ ID }) => ID === line)?.CONFIG_QUEUE;
      return { kind: "ok", value: lineNow(line, config.value, entries) };
    },

    add: (settings) => ask("imopenlines.config.add", { PARAMS: toWire(settings) }, lineId, "once"),

    write: (line, changes) => done("imopenlines.config.update", { CONFIG_ID: wireId(line), PARAMS: toWire(changes) }),

    remove: (line) => done("imopenlines.config.delete", { CONFIG_ID: wireId(line) }),

    async page() {
      const outcome = await ask("imopenlines.config.path.get", {}, path);
      if (outcome.kind !== "ok") return outcome;
      return { kind: "ok", value: new URL(outcome.value.PUBLIC_PATH, outcome.value.SERVER_ADDRESS).href };
    },

    async bots() {
      const outcome = await ask("imbot.bot.list", {}, bots);
      if (outcome.kind !== "ok") return outcome;
      const able = outcome.value.filter(({ OPENLINE }) => OPENLINE === "Y");
      return { kind: "ok", value: able.map(({ ID, NAME }) => ({ id: ID, name: NAME })) };
    },

    async agreements() {
      const outcome = await ask("userconsent.agreement.list", {}, agreements);
      if (outcome.kind !== "ok") return outcome;
      const inUse = outcome.value.filter(({ ACTIVE }) => ACTIVE !== "N");
      return { kind: "ok", value: inUse.map(({ ID, NAME }) => ({ id: ID, name: NAME })) };
    },

    async lists() {
      const all: z.output<typeof lists> = [];
      for (let page = 0; page < MOST_PAGES; page++) {
        const params = { IBLOCK_TYPE_ID: "lists", IBLOCK_ORDER: { ID: "ASC" }, start: page * LISTS_PAGE };
        const outcome = await ask("lists.get", params, lists);
        if (outcome.kind !== "ok") return outcome;
        all.push(...outcome.value);
        if (outcome.value.length < LISTS_PAGE) break;
      }
      const value = all.map(({ ID, NAME, CODE }) => ({ id: ID, name: NAME, made: CODE?.startsWith(MADE) === true }));
      return { kind: "ok", value };
    },

    async sources() {
      const params = { filter: { ENTITY_ID: "SOURCE" }, order: { SORT: "ASC" } };
      const outcome = await ask("crm.status.list", params, statuses);
      if (outcome.kind !== "ok") return outcome;
      return { kind: "ok", value: outcome.value.map(({ STATUS_ID, NAME }) => ({ id: STATUS_ID, name: NAME })) };
    },
  };
}

const SELECT = [
  "ID",
  "LINE_NAME",
  "ACTIVE",
  "QUICK_ANSWERS_IBLOCK_ID",
  "AGREEMENT_ID",
  "WELCOME_FORM_ID",
  "WELCOME_BOT_ID",
];

function lineNow(line: string, config: Readonly<Record<string, unknown>>, entries: unknown): LineNow {
  const changedBy = modifier.safeParse(config).data?.MODIFY_USER_ID;
  return {
    id: line,
    settings: fromWire({ ...config, QUEUE: queueOf(config, entries) }),
    operators: peopleIds.parse(config["QUEUE"] ?? []),
    ...(changedBy !== undefined && changedBy !== "0" && { changedBy }),
  };
}

/** People and departments as they were set; a line of before departments has people alone, and an empty list of the former. */
function queueOf(config: Readonly<Record<string, unknown>>, entries: unknown): unknown {
  if (typeof entries === "object" && entries !== null && Object.keys(entries).length > 0) return entries;
  return peopleIds.parse(config["QUEUE"] ?? []).map((ENTITY_ID) => ({ ENTITY_TYPE: "user", ENTITY_ID }));
}
