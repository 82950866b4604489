import type { LineFieldName, LineSettings } from "../../../src/api/lines.ts";
import type { LinesKey } from "./texts/en.ts";

/** Settings as the page has them: those that could be read, with what was changed. */
export type Draft = { [Name in LineFieldName]?: LineSettings[Name] };

export interface Shown {
  readonly field: LineFieldName;
  /** What others must be like for this one to mean anything. */
  readonly when?: (draft: Draft) => boolean;
}

const deals = (draft: Draft) => draft.creates === "deal";
const known = ({ searchesCrm }: Draft) => searchesCrm !== false;
const made = (draft: Draft) => known(draft) && draft.creates !== "none";
const hours = ({ hasHours }: Draft) => hasHours !== false;
const rated = ({ rates }: Draft) => rates !== false;
const withBot = ({ botFirst }: Draft) => botFirst !== false;
const withForm = ({ usesForm }: Draft) => usesForm !== false;

const firstTells = (draft: Draft) => draft.firstAnswerWithin !== 0 && draft.firstAnswerTells !== false;
const furtherTells = (draft: Draft) => draft.furtherAnswerWithin !== 0 && draft.furtherAnswerTells !== false;

/** Parts of the page in their order. Every setting stands in one of them. */
export const SECTIONS = {
  general: [{ field: "name" }, { field: "active" }, { field: "language" }, { field: "cannedReplies" }],
  queue: [
    { field: "queue" },
    { field: "distribution" },
    { field: "forwardAfter", when: ({ distribution }) => distribution !== "all" },
    { field: "checksOnline" },
    { field: "maxChats" },
    { field: "limitIgnores", when: ({ maxChats }) => maxChats !== 0 },
    { field: "priority" },
    { field: "watchesTyping" },
  ],
  agent: [
    { field: "agentShown" },
    { field: "agents", when: ({ agentShown }) => agentShown === "queue" },
    { field: "hiddenAs", when: ({ agentShown }) => agentShown === "hide" },
  ],
  crm: [
    { field: "searchesCrm" },
    { field: "creates", when: known },
    { field: "pipeline", when: (draft) => known(draft) && deals(draft) },
    { field: "reusesDeal", when: (draft) => known(draft) && deals(draft) },
    { field: "source", when: made },
    { field: "toResponsible", when: known },
    { field: "responsibleFollows", when: known },
    { field: "tracks", when: known },
  ],
  hours: [
    { field: "hasHours" },
    { field: "zone", when: hours },
    { field: "opens", when: hours },
    { field: "closes", when: hours },
    { field: "daysOff", when: hours },
    { field: "holidays", when: hours },
    { field: "offHoursRule" },
    { field: "offHoursText", when: ({ offHoursRule }) => offHoursRule !== "none" },
  ],
  greeting: [
    { field: "greets" },
    { field: "greeting", when: ({ greets }) => greets !== false },
    { field: "greetsEachTime", when: ({ greets }) => greets !== false },
    { field: "usesForm" },
    { field: "form", when: withForm },
    { field: "formWaits", when: withForm },
    { field: "formIgnoresResponsible", when: withForm },
    { field: "asksConsent" },
    { field: "consent", when: ({ asksConsent }) => asksConsent !== false },
  ],
  closing: [
    { field: "noAnswerAfter" },
    { field: "noAnswerRule" },
    { field: "noAnswerText", when: ({ noAnswerRule }) => noAnswerRule !== "none" },
    { field: "closeRule" },
    { field: "closeText", when: ({ closeRule }) => closeRule !== "none" },
    { field: "fullCloseAfter" },
    { field: "confirmsClose" },
    { field: "autoCloseAfter" },
    { field: "autoCloseRule" },
    { field: "autoCloseText", when: ({ autoCloseRule }) => autoCloseRule !== "none" },
    { field: "autoExpireAfter" },
  ],
  rating: [
    { field: "rates" },
    { field: "ratesBeforeClosing", when: rated },
    { field: "ratingCloses", when: rated },
    { field: "ratingWithin", when: rated },
    { field: "channelAsks", when: rated },
    { field: "channelLiked", when: rated },
    { field: "channelDisliked", when: rated },
    { field: "widgetAsks", when: rated },
    { field: "widgetLiked", when: rated },
    { field: "widgetDisliked", when: rated },
  ],
  bot: [
    { field: "botFirst" },
    { field: "bot", when: withBot },
    { field: "botJoins", when: withBot },
    { field: "botHandsOverAfter", when: withBot },
    { field: "botLeaves", when: withBot },
  ],
  kpi: [
    { field: "firstAnswerWithin" },
    { field: "firstAnswerTells", when: ({ firstAnswerWithin }) => firstAnswerWithin !== 0 },
    { field: "firstAnswerTellsWhom", when: firstTells },
    { field: "firstAnswerNotice", when: firstTells },
    { field: "furtherAnswerWithin" },
    { field: "furtherAnswerTells", when: ({ furtherAnswerWithin }) => furtherAnswerWithin !== 0 },
    { field: "furtherAnswerTellsWhom", when: furtherTells },
    { field: "furtherAnswerNotice", when: furtherTells },
    { field: "checksActivity" },
  ],
} as const satisfies Readonly<Record<string, readonly Shown[]>>;

export type Section = keyof typeof SECTIONS;
export const SECTION_NAMES = Object.keys(SECTIONS) as readonly Section[];
export const shownIn = (section: Section): readonly Shown[] => SECTIONS[section];
export const titleOf = (section: Section): LinesKey => `section.${section}`;

export const sectionOf = (field: LineFieldName): Section =>
  SECTION_NAMES.find((name) => shownIn(name).some((one) => one.field === field)) ?? "general";
