/**
 * The settings of an open line as data: our name, the portal's name, what kind of value it is and within which bounds.
 * Everything else (reading, writing, checking, explaining, the form) goes by this table.
 *
 * Names and kinds: `imopenlines.config.add` and `.get`; bounds and units where these are silent: the published on-premise
 * source. Not here: `TEMPORARY` (lines that delete themselves), `CATEGORY_*` and the `_FORM_ID` and `_BOT_ID` of replies,
 * which the portal's own page no longer offers.
 */

export type LineFieldSpec =
  /** `Y` and `N`. */
  | { readonly wire: string; readonly kind: "flag" }
  | { readonly wire: string; readonly kind: "choice"; readonly options: readonly string[] }
  /** What the portal shows to people. `escaped`: it keeps `<` as `&lt;`. `most`: it cuts off what is longer. */
  | {
      readonly wire: string;
      readonly kind: "text";
      readonly most: number;
      readonly required?: true;
      readonly escaped?: true;
      readonly variables?: readonly string[];
    }
  | {
      readonly wire: string;
      readonly kind: "number";
      readonly unit: "seconds" | "minutes" | "chats";
      readonly least: number;
      readonly most: number;
    }
  /** A word that means something to the portal: a language, a zone, an id of the CRM. */
  | { readonly wire: string; readonly kind: "code"; readonly pattern: RegExp }
  /** An id, or none: `0` on the wire. */
  | { readonly wire: string; readonly kind: "id" }
  /** `09:00`; `9` on the wire. */
  | { readonly wire: string; readonly kind: "clock" }
  | { readonly wire: string; readonly kind: "weekdays" }
  /** `31.12`, of every year. */
  | { readonly wire: string; readonly kind: "holidays" }
  | { readonly wire: string; readonly kind: "people" }
  | { readonly wire: string; readonly kind: "queue" }
  /** Who answers where no agent is shown. */
  | { readonly wire: string; readonly kind: "entry" }
  /** As whom each agent is shown. */
  | { readonly wire: string; readonly kind: "agents" };

const DAY = 86_400;
const MONTH = 30 * DAY;
const YEAR = 365 * DAY;
const flag = (wire: string) => ({ wire, kind: "flag" }) as const;
const id = (wire: string) => ({ wire, kind: "id" }) as const;
const text = (wire: string, most = 2_000) => ({ wire, kind: "text", most }) as const;
const seconds = (wire: string, most: number, least = 0) =>
  ({ wire, kind: "number", unit: "seconds", least, most }) as const;
const rule = (wire: string) => ({ wire, kind: "choice", options: ["none", "text"] }) as const;
const notice = (wire: string) =>
  ({ wire, kind: "text", most: 500, escaped: true, variables: ["#OPERATOR#", "#DIALOG#"] }) as const;

/** The rating's texts in the site's widget are cut to so many characters (on-premise source). */
const WIDGET_TEXT = 100;

export const LINE_FIELDS = {
  name: { wire: "LINE_NAME", kind: "text", most: 255, required: true },
  active: flag("ACTIVE"),
  language: { wire: "LANGUAGE_ID", kind: "code", pattern: /^[a-z]{2}$/ },
  priority: seconds("SESSION_PRIORITY", DAY),

  queue: { wire: "QUEUE", kind: "queue" },
  distribution: { wire: "QUEUE_TYPE", kind: "choice", options: ["evenly", "strictly", "all"] },
  forwardAfter: seconds("QUEUE_TIME", DAY / 2, 10),
  checksOnline: flag("CHECK_AVAILABLE"),
  maxChats: { wire: "MAX_CHAT", kind: "number", unit: "chats", least: 0, most: 1_000 },
  limitIgnores: { wire: "TYPE_MAX_CHAT", kind: "choice", options: ["answered_new", "answered", "closed"] },
  watchesTyping: flag("WATCH_TYPING"),

  agentShown: { wire: "OPERATOR_DATA", kind: "choice", options: ["profile", "queue", "hide"] },
  hiddenAs: { wire: "DEFAULT_OPERATOR_DATA", kind: "entry" },
  /** In the documentation of reading alone; the on-premise source takes it beside `QUEUE`, and read back it shows what became of it. */
  agents: { wire: "QUEUE_USERS_FIELDS", kind: "agents" },

  searchesCrm: flag("CRM"),
  creates: { wire: "CRM_CREATE", kind: "choice", options: ["none", "lead", "deal"] },
  pipeline: { wire: "CRM_CREATE_SECOND", kind: "code", pattern: /^\d{0,9}$/ },
  reusesDeal: flag("CRM_CREATE_THIRD"),
  source: { wire: "CRM_SOURCE", kind: "code", pattern: /^[\w|.-]{1,50}$/ },
  toResponsible: flag("CRM_FORWARD"),
  responsibleFollows: flag("CRM_TRANSFER_CHANGE"),
  tracks: flag("CRM_CHAT_TRACKER"),

  hasHours: flag("WORKTIME_ENABLE"),
  opens: { wire: "WORKTIME_FROM", kind: "clock" },
  closes: { wire: "WORKTIME_TO", kind: "clock" },
  zone: { wire: "WORKTIME_TIMEZONE", kind: "code", pattern: /^([A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*)?$/ },
  daysOff: { wire: "WORKTIME_DAYOFF", kind: "weekdays" },
  holidays: { wire: "WORKTIME_HOLIDAYS", kind: "holidays" },
  offHoursRule: rule("WORKTIME_DAYOFF_RULE"),
  offHoursText: text("WORKTIME_DAYOFF_TEXT"),

  asksConsent: flag("AGREEMENT_MESSAGE"),
  consent: id("AGREEMENT_ID"),

  greets: flag("WELCOME_MESSAGE"),
  greeting: text("WELCOME_MESSAGE_TEXT"),
  greetsEachTime: flag("SEND_WELCOME_EACH_SESSION"),
  usesForm: flag("USE_WELCOME_FORM"),
  form: id("WELCOME_FORM_ID"),
  formWaits: flag("WELCOME_FORM_DELAY"),
  formIgnoresResponsible: flag("IGNORE_WELCOME_FORM_RESPONSIBLE"),

  noAnswerAfter: seconds("NO_ANSWER_TIME", MONTH),
  noAnswerRule: rule("NO_ANSWER_RULE"),
  noAnswerText: text("NO_ANSWER_TEXT"),

  closeRule: rule("CLOSE_RULE"),
  closeText: text("CLOSE_TEXT"),
  fullCloseAfter: { wire: "FULL_CLOSE_TIME", kind: "number", unit: "minutes", least: 0, most: 43_200 },
  confirmsClose: flag("CONFIRM_CLOSE"),
  autoCloseAfter: seconds("AUTO_CLOSE_TIME", YEAR),
  autoCloseRule: rule("AUTO_CLOSE_RULE"),
  autoCloseText: text("AUTO_CLOSE_TEXT"),
  autoExpireAfter: seconds("AUTO_EXPIRE_TIME", YEAR),

  cannedReplies: id("QUICK_ANSWERS_IBLOCK_ID"),

  rates: flag("VOTE_MESSAGE"),
  ratesBeforeClosing: flag("VOTE_BEFORE_FINISH"),
  ratingCloses: flag("VOTE_CLOSING_DELAY"),
  ratingWithin: seconds("VOTE_TIME_LIMIT", YEAR),
  widgetAsks: text("VOTE_MESSAGE_1_TEXT", WIDGET_TEXT),
  widgetLiked: text("VOTE_MESSAGE_1_LIKE", WIDGET_TEXT),
  widgetDisliked: text("VOTE_MESSAGE_1_DISLIKE", WIDGET_TEXT),
  channelAsks: text("VOTE_MESSAGE_2_TEXT"),
  channelLiked: text("VOTE_MESSAGE_2_LIKE"),
  channelDisliked: text("VOTE_MESSAGE_2_DISLIKE"),

  botFirst: flag("WELCOME_BOT_ENABLE"),
  bot: id("WELCOME_BOT_ID"),
  botJoins: { wire: "WELCOME_BOT_JOIN", kind: "choice", options: ["first", "always"] },
  botHandsOverAfter: seconds("WELCOME_BOT_TIME", DAY),
  botLeaves: { wire: "WELCOME_BOT_LEFT", kind: "choice", options: ["queue", "close"] },

  firstAnswerWithin: seconds("KPI_FIRST_ANSWER_TIME", MONTH),
  firstAnswerTells: flag("KPI_FIRST_ANSWER_ALERT"),
  firstAnswerTellsWhom: { wire: "KPI_FIRST_ANSWER_LIST", kind: "people" },
  firstAnswerNotice: notice("KPI_FIRST_ANSWER_TEXT"),
  furtherAnswerWithin: seconds("KPI_FURTHER_ANSWER_TIME", MONTH),
  furtherAnswerTells: flag("KPI_FURTHER_ANSWER_ALERT"),
  furtherAnswerTellsWhom: { wire: "KPI_FURTHER_ANSWER_LIST", kind: "people" },
  furtherAnswerNotice: notice("KPI_FURTHER_ANSWER_TEXT"),
  checksActivity: flag("KPI_CHECK_OPERATOR_ACTIVITY"),
} as const satisfies Readonly<Record<string, LineFieldSpec>>;

export type LineFieldName = keyof typeof LINE_FIELDS;

export const LINE_FIELD_NAMES = Object.keys(LINE_FIELDS) as readonly LineFieldName[];

export const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface QueueMember {
  readonly kind: "person" | "department";
  readonly id: string;
}

/** Name and picture that stand for agents who are hidden. */
export interface HiddenAgent {
  readonly name: string;
  /** An address, or empty. */
  readonly avatar: string;
  /** The portal's file, or empty. It deletes the file when another one, or none, is written. */
  readonly avatarId: string;
}

/** As whom the line shows an agent; what is empty is shown as in their profile. */
export interface ShownAgent {
  readonly person: string;
  readonly name: string;
  readonly position: string;
  /** An address, or empty. */
  readonly avatar: string;
  /** The portal's file, or empty. */
  readonly avatarId: string;
}

type ValueOf<Spec> = Spec extends { readonly kind: "flag" }
  ? boolean
  : Spec extends { readonly kind: "choice"; readonly options: readonly (infer Option)[] }
    ? Option
    : Spec extends { readonly kind: "number" }
      ? number
      : Spec extends { readonly kind: "id" }
        ? string | null
        : Spec extends { readonly kind: "weekdays" }
          ? readonly Weekday[]
          : Spec extends { readonly kind: "holidays" | "people" }
            ? readonly string[]
            : Spec extends { readonly kind: "queue" }
              ? readonly QueueMember[]
              : Spec extends { readonly kind: "entry" }
                ? HiddenAgent
                : Spec extends { readonly kind: "agents" }
                  ? readonly ShownAgent[]
                  : string;

export type LineSettings = { readonly [Name in LineFieldName]: ValueOf<(typeof LINE_FIELDS)[Name]> };
export type LineChanges = { readonly [Name in LineFieldName]?: LineSettings[Name] | undefined };
export type LineValue = LineSettings[LineFieldName];

/**
 * Fields that the portal takes only together (on-premise source): one half of the working hours alone is ignored, what is
 * told of a bot without saying again that there is one is put back to what a line without a bot has, and as whom agents are
 * shown is heard beside the queue alone, which older portals clear of it when it is written without.
 */
const TOGETHER: readonly (readonly LineFieldName[])[] = [
  ["opens", "closes"],
  ["queue", "agents"],
  ["botFirst", "bot", "botHandsOverAfter", "botLeaves"],
];

/** The changes with all that must be written beside them, as it stands now. */
export function withCompanions(changes: LineChanges, now: LineChanges): LineChanges {
  const names = LINE_FIELD_NAMES.filter((name) => changes[name] !== undefined);
  const beside = TOGETHER.filter((group) => group.some((name) => names.includes(name))).flat();
  return pick({ ...now, ...changes }, [...new Set([...names, ...beside])]);
}

/** What is settings of ours in something that was kept, perhaps by another version. */
export function known(kept: unknown): LineChanges {
  return typeof kept === "object" && kept !== null ? pick(kept, LINE_FIELD_NAMES) : {};
}

/** Those of the fields that are there. */
export function pick(from: LineChanges, names: readonly LineFieldName[]): LineChanges {
  return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
}

const ANY_ORDER: ReadonlySet<LineFieldSpec["kind"]> = new Set(["weekdays", "holidays", "people", "agents"]);

/** Two values of a field that mean the same; the order counts in the queue alone. */
export function sameValue(name: LineFieldName, one: unknown, other: unknown): boolean {
  const plain = (value: unknown) =>
    ANY_ORDER.has(LINE_FIELDS[name].kind) && Array.isArray(value)
      ? value.map(written).toSorted().join()
      : written(value);
  return plain(one) === plain(other);
}

/** A database gives the parts of an object in an order of its own. */
function written(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
