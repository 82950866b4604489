import { asInteger, asList, asRecord, asText, type Fields } from "../values.ts";

/**
 * How the platform takes a value of `PARAMS`: everything becomes text, and what it does not like it corrects without a word.
 * Read off the published on-premise source, field by field.
 */
export interface LineLimits {
  /** The plan has it: `QUEUE_TYPE=all`, working hours, rating by the customer. */
  readonly plan: boolean;
  /** Deals alone. */
  readonly noLeads: boolean;
}

const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const HOUR = /^\d{1,2}(\.\d{1,2})?$/;
const ENUMS: Readonly<Record<string, readonly [known: readonly string[], otherwise: string]>> = {
  CRM_CREATE: [["none", "lead", "deal"], "lead"],
  TYPE_MAX_CHAT: [["answered", "answered_new", "closed"], "answered_new"],
  QUEUE_TYPE: [["strictly", "all", "evenly"], "all"],
  OPERATOR_DATA: [["profile", "queue", "hide"], "profile"],
  WELCOME_BOT_JOIN: [["first", "always"], "always"],
  NO_ANSWER_RULE: [["text", "none"], "none"],
  WORKTIME_DAYOFF_RULE: [["text", "none"], "none"],
  CLOSE_RULE: [["text", "none"], "none"],
  AUTO_CLOSE_RULE: [["text", "none"], "none"],
};
/** Anything but `N` is `Y`; of all other flags anything but `Y` is `N`. */
const YES_UNLESS_N = new Set([
  "CRM",
  "CRM_CREATE_THIRD",
  "CRM_FORWARD",
  "CRM_CHAT_TRACKER",
  "CRM_TRANSFER_CHANGE",
  "CHECK_AVAILABLE",
  "WELCOME_MESSAGE",
  "VOTE_MESSAGE",
  "ACTIVE",
  "TEMPORARY",
]);
const NO_UNLESS_Y = new Set([
  "CATEGORY_ENABLE",
  "AGREEMENT_MESSAGE",
  "WELCOME_BOT_ENABLE",
  "WATCH_TYPING",
  "SEND_WELCOME_EACH_SESSION",
  "WORKTIME_ENABLE",
  "VOTE_CLOSING_DELAY",
  "VOTE_BEFORE_FINISH",
  "KPI_FIRST_ANSWER_ALERT",
  "KPI_FURTHER_ANSWER_ALERT",
  "KPI_CHECK_OPERATOR_ACTIVITY",
  "USE_WELCOME_FORM",
  "WELCOME_FORM_DELAY",
  "CONFIRM_CLOSE",
  "IGNORE_WELCOME_FORM_RESPONSIBLE",
]);
const NUMBERS = new Set([
  "QUEUE_TIME",
  "NO_ANSWER_TIME",
  "MAX_CHAT",
  "SESSION_PRIORITY",
  "AGREEMENT_ID",
  "WELCOME_FORM_ID",
  "QUICK_ANSWERS_IBLOCK_ID",
  "KPI_FIRST_ANSWER_TIME",
  "KPI_FURTHER_ANSWER_TIME",
  "VOTE_TIME_LIMIT",
  "FULL_CLOSE_TIME",
  "AUTO_CLOSE_TIME",
  "AUTO_EXPIRE_TIME",
]);
const MOST: Readonly<Record<string, number>> = { SESSION_PRIORITY: 86_400 };
/** Kept as they come. */
const LISTS = new Set(["KPI_FIRST_ANSWER_LIST", "KPI_FURTHER_ANSWER_LIST", "DEFAULT_OPERATOR_DATA"]);
/** Fields that several others decide. */
const JOINT = new Set([
  "WORKTIME_FROM",
  "WORKTIME_TO",
  "WELCOME_BOT_ID",
  "WELCOME_BOT_TIME",
  "WELCOME_BOT_LEFT",
  "CATEGORY_ID",
]);

/** What is kept of what was asked; fields that are left as they are do not appear. */
export function correctedSettings(asked: Fields, limits: LineLimits): Fields {
  const kept: Fields = {};
  for (const [name, value] of Object.entries(asked)) {
    if (JOINT.has(name) || (name === "LINE_NAME" && asText(value) === "")) continue;
    kept[name] = corrected(name, value);
  }
  if (limits.noLeads && kept.CRM_CREATE === "lead") kept.CRM_CREATE = "deal";
  if (!limits.plan) {
    if (kept.QUEUE_TYPE === "all") kept.QUEUE_TYPE = "evenly";
    if (kept.WORKTIME_ENABLE === "Y") kept.WORKTIME_ENABLE = "N";
    if (kept.VOTE_MESSAGE === "Y") kept.VOTE_MESSAGE = "N";
  }
  return { ...kept, ...hours(asked), ...bot(asked), ...category(asked) };
}

function corrected(name: string, value: unknown): unknown {
  const text = asText(value);
  const known = ENUMS[name];
  if (known) return known[0].includes(text) ? text : known[1];
  if (YES_UNLESS_N.has(name)) return text === "N" ? "N" : "Y";
  if (NO_UNLESS_Y.has(name)) return text === "Y" ? "Y" : "N";
  if (NUMBERS.has(name))
    return String(Math.min(MOST[name] ?? Number.POSITIVE_INFINITY, Math.max(0, asInteger(value) ?? 0)));
  if (LISTS.has(name)) return value;
  if (name === "LANGUAGE_ID") return text.slice(0, 2);
  if (name.startsWith("VOTE_MESSAGE_1_")) return text.slice(0, 100);
  // Escaped as it is kept, and not undone when it is read.
  if (/^KPI_.*_TEXT$/.test(name))
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
  if (name === "WORKTIME_DAYOFF") return filled((asList(value) ?? []).map(asText).filter((day) => DAYS.includes(day)));
  if (name === "WORKTIME_HOLIDAYS") return filled(holidays(Array.isArray(value) ? value.map(asText).join(",") : text));
  return text;
}

/** PHP's `explode` makes a list of one empty text of nothing. */
const filled = (values: readonly string[]) => (values.length === 0 ? [""] : [...values]);

function holidays(text: string): readonly string[] {
  const plain = text.replaceAll(" ", "");
  return /^(\d{1,2}\.\d{1,2},?)+$/.test(plain) ? plain.split(",") : [];
}

/** Both or none; another form puts both back. A day begins by half past eleven in the evening and ends after its beginning. */
function hours(asked: Fields): Fields {
  if (asked.WORKTIME_FROM === undefined || asked.WORKTIME_TO === undefined) return {};
  const [from, to] = [asText(asked.WORKTIME_FROM), asText(asked.WORKTIME_TO)];
  if (!HOUR.test(from) || !HOUR.test(to)) return { WORKTIME_FROM: "9", WORKTIME_TO: "18.30" };
  const begins = Number(from) > 23.3 ? "23.3" : from;
  if (Number(to) > Number(begins)) return { WORKTIME_FROM: begins, WORKTIME_TO: to };
  return { WORKTIME_FROM: begins, WORKTIME_TO: Number(begins) < 23.3 ? String(Number(begins) + 1) : "23.59" };
}

/** What is told of a bot counts only beside the word that there is one. */
function bot(asked: Fields): Fields {
  const on = asText(asked.WELCOME_BOT_ENABLE) === "Y";
  const left = on && asText(asked.WELCOME_BOT_LEFT) === "close" ? "close" : "queue";
  return {
    ...(asked.WELCOME_BOT_ID !== undefined && {
      WELCOME_BOT_ID: on ? String(asInteger(asked.WELCOME_BOT_ID) ?? 0) : "0",
    }),
    ...(asked.WELCOME_BOT_TIME !== undefined && {
      WELCOME_BOT_TIME: on ? String(asInteger(asked.WELCOME_BOT_TIME) ?? 0) : "600",
    }),
    ...(asked.WELCOME_BOT_LEFT !== undefined && { WELCOME_BOT_LEFT: left }),
  };
}

function category(asked: Fields): Fields {
  if (asked.CATEGORY_ID === undefined) return {};
  const on = asText(asked.CATEGORY_ENABLE) === "Y";
  return { CATEGORY_ID: on ? String(asInteger(asked.CATEGORY_ID) ?? 0) : "0" };
}

export interface QueueEntry {
  readonly type: "user" | "department";
  readonly id: number;
}

/** `undefined`: no queue that the platform would take. */
export function queueEntries(value: unknown): readonly QueueEntry[] | undefined {
  const entries = (asList(value) ?? []).map((one) => {
    const { ENTITY_TYPE, ENTITY_ID } = asRecord(one);
    return { type: asText(ENTITY_TYPE), id: asInteger(ENTITY_ID) ?? 0 };
  });
  const isWhole = entries.every(({ type, id }) => (type === "user" || type === "department") && id > 0);
  return entries.length > 0 && isWhole ? (entries as QueueEntry[]) : undefined;
}
