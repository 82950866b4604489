import { errorAnswer } from "../../src/api/common.ts";
import {
  checkedRules,
  checkRules,
  comparedRules,
  compareRules,
  currentRules,
  linesAnswer,
  restoreRules,
  rulesDirectory,
  ruleVersions,
  saveRules,
  triedRules,
  tryRules,
  versionParams,
} from "../../src/api/rules.ts";
import { messageId, type PortalId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import { compare, factsOfMessage, titlesOf, triedVariables, triedWrites } from "../../src/relay/crm/dry-run.ts";
import type { LinesState } from "../../src/relay/crm/lines.ts";
import { triedFields } from "../../src/relay/crm/tried-fields.ts";
import { sayIn } from "../../src/relay/speech.ts";
import type { Decision } from "../../src/rules/decision.ts";
import { evaluate } from "../../src/rules/evaluate.ts";
import { type Facts, factsSchema } from "../../src/rules/facts.ts";
import type { Reason } from "../../src/rules/reasons.ts";
import { defaultRuleset, type Ruleset, rulesetSchema } from "../../src/rules/ruleset.ts";
import { sentenceOf } from "../../src/rules/texts/reason-texts.ts";
import { writesOf } from "../../src/rules/texts/writes.ts";
import { brokenPartsOf } from "../../src/rules/validate.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { localeOf } from "../../src/server/locale.ts";
import { editorOf } from "../../src/server/session.ts";
import type { SavedRuleset } from "../../src/store/contract/rules.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { rulesDirectoryOf } from "./rules-directory.ts";

const security = [{ session: [] }];
const tags = ["rules"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };

/** The portal's rules: versions, what lines do beside them, and trying a draft without writing anything. */
export function registerRuleRoutes(scope: App, deps: ApiDeps): void {
  const { store, rules, lineKeeper } = deps;

  scope.get(
    "/rules",
    { schema: { summary: "The rules that count", tags, security, response: { 200: currentRules, ...errors } } },
    async (request) => {
      const { portal } = editorOf(request);
      return present(await store.rulesets.current(portal));
    },
  );

  scope.get(
    "/rules/versions",
    { schema: { summary: "Versions, newest first", tags, security, response: { 200: ruleVersions, ...errors } } },
    async (request) => {
      const { portal } = editorOf(request);
      const versions = await store.rulesets.list(portal, 200);
      return versions.map(({ version, at, by, note }) => ({ version, at: at.toISOString(), by, note }));
    },
  );

  scope.get(
    "/rules/versions/:version",
    {
      schema: {
        summary: "One version, for looking at it or exporting it",
        tags,
        security,
        params: versionParams,
        response: { 200: currentRules, ...errors },
      },
    },
    async (request) => {
      const { portal } = editorOf(request);
      const { version } = request.params;
      const found = version === 0 ? undefined : await store.rulesets.find(portal, version);
      if (version > 0 && !found) throw unknown("version");
      return present(found);
    },
  );

  scope.put(
    "/rules",
    {
      schema: {
        summary: "Saves a new version and sets the open lines by it",
        description: "409 `conflict` when somebody saved meanwhile; 422 `broken_rules` names what cannot work.",
        tags,
        security,
        body: saveRules,
        response: { 200: currentRules, ...errors },
      },
    },
    async (request) => {
      const viewer = editorOf(request);
      const { ruleset, basedOn, note } = request.body;
      return present(await save(viewer.portal, viewer.userId, ruleset, basedOn, note, request.say));
    },
  );

  scope.post(
    "/rules/versions/:version/restore",
    {
      schema: {
        summary: "Makes an old version count again, as a new one",
        tags,
        security,
        params: versionParams,
        body: restoreRules,
        response: { 200: currentRules, ...errors },
      },
    },
    async (request) => {
      const viewer = editorOf(request);
      const { version } = request.params;
      const found = version === 0 ? undefined : await store.rulesets.find(viewer.portal, version);
      if (version > 0 && !found) throw unknown("version");
      const ruleset = found ? rulesetSchema.parse(found.content) : defaultRuleset();
      const note = version === 0 ? "Default" : `Version ${version}`;
      return present(await save(viewer.portal, viewer.userId, ruleset, request.body.basedOn, note, request.say));
    },
  );

  scope.post(
    "/rules/check",
    {
      schema: {
        summary: "Completes a ruleset and tells what cannot work in it; nothing is written",
        description: "400 where it is no ruleset at all.",
        tags,
        security,
        body: checkRules,
        response: { 200: checkedRules, ...errors },
      },
    },
    async (request) => {
      editorOf(request);
      const { ruleset } = request.body;
      return { ruleset, broken: brokenIn(ruleset, request.say) };
    },
  );

  scope.get(
    "/rules/lines",
    {
      schema: {
        summary: "What the open lines make by themselves, as the portal has it now",
        tags,
        security,
        response: { 200: linesAnswer, ...errors },
      },
    },
    async (request) => {
      const { portal } = editorOf(request);
      return presentLines(await lineKeeper.look(portal, (await rules.of(portal)).ruleset), request.say);
    },
  );

  scope.post(
    "/rules/lines",
    {
      schema: {
        summary: "Sets the open lines as the rules want them, and reads them back",
        tags,
        security,
        response: { 200: linesAnswer, ...errors },
      },
    },
    async (request) => {
      const { portal } = editorOf(request);
      return presentLines(await lineKeeper.apply(portal, (await rules.of(portal)).ruleset), request.say);
    },
  );

  scope.post(
    "/rules/try",
    {
      schema: {
        summary: "What would happen to a message; nothing is written",
        description: "404: no such message; 422 `not_incoming`: the message was written to the customer.",
        tags,
        security,
        body: tryRules,
        response: { 200: triedRules, ...errors },
      },
    },
    async (request) => {
      const { portal } = editorOf(request);
      const ruleset = request.body.ruleset ?? (await rules.of(portal)).ruleset;
      const facts = await factsFor(portal, request.body, ruleset);
      const decision = evaluate(facts, ruleset);
      const language = localeOf(request.headers["accept-language"]);
      const titles = await titlesIn(portal);
      const variables = triedVariables(titles, facts);
      const { zone } = ruleset.time;
      const tried = await triedFields(deps.portals, portal, decision.fields, variables, zone, language);
      const explain = (reason: Reason) => ({
        code: reason.code,
        sentence: sentenceOf(reason, language),
        ...(reason.about && { about: reason.about }),
      });
      return {
        facts,
        decision,
        reasons: decision.reasons.map(explain),
        warnings: decision.warnings.map(explain),
        writes: [...triedWrites(titles, facts, decision, ruleset, language)],
        titles: titlesOf(titles, facts, decision),
        fields: tried.fields.map((one) => ({ ...one })),
        fieldsUnchecked: tried.unchecked === null ? null : request.say(tried.unchecked),
      };
    },
  );

  scope.post(
    "/rules/compare",
    {
      schema: {
        summary: "What a draft would have done differently with the last 1,000 decisions",
        tags,
        security,
        body: compareRules,
        response: { 200: comparedRules, ...errors },
      },
    },
    async (request) => {
      const { portal } = editorOf(request);
      const language = localeOf(request.headers["accept-language"]);
      const { ruleset } = await rules.of(portal);
      const { compared, different, examples } = await compare(deps, portal, ruleset, request.body.ruleset);
      const tell = (decision: Decision) => writesOf(decision, "…", language).join(" ");
      return {
        compared,
        different,
        examples: examples.map(({ conversation, at, text, now, draft }) => ({
          conversation,
          at: at.toISOString(),
          text,
          now: tell(now),
          draft: tell(draft),
        })),
      };
    },
  );

  scope.get(
    "/rules/directory",
    {
      schema: {
        summary: "Stages, pipelines, fields, accounts and lines to choose from",
        tags,
        security,
        response: { 200: rulesDirectory, ...errors },
      },
    },
    async (request) => {
      const { portal } = editorOf(request);
      return rulesDirectoryOf(deps, portal, request.say);
    },
  );

  /** Channels as they are called in that portal, which is how cards are called that are made there. */
  async function titlesIn(portal: PortalId): Promise<ReadonlyMap<string, { readonly title: string }>> {
    const say = await sayIn(deps.speech, portal);
    return new Map([...deps.channels].map(([id, { title }]) => [id, { title: say(title) }]));
  }

  async function save(
    portal: PortalId,
    by: string,
    ruleset: Ruleset,
    basedOn: number,
    note: string,
    say: Say,
  ): Promise<SavedRuleset> {
    const broken = brokenIn(ruleset, say);
    const [first] = broken;
    if (first) throw new HttpError(422, "broken_rules", first.sentence, { field: first.path, broken });
    const saved = await store.rulesets.save(portal, { content: ruleset, basedOn, by, note });
    if (saved === "conflict")
      throw new HttpError(
        409,
        "conflict",
        "Somebody else saved the rules meanwhile. Load them again and repeat your change.",
      );
    rules.forget(portal);
    // Not waited for with a failure in mind: the page asks for the lines' state and shows what does not agree.
    await lineKeeper.apply(portal, ruleset);
    return saved;
  }

  async function factsFor(
    portal: PortalId,
    asked: { readonly facts?: Facts | undefined; readonly message?: string | undefined },
    ruleset: Ruleset,
  ): Promise<Facts> {
    if (asked.message === undefined) return asked.facts ?? factsSchema.parse({});
    const facts = await factsOfMessage(deps, portal, ourId(asked.message, messageId, "message"), ruleset);
    if (facts === "unknown") throw unknown("message");
    if (facts === "ours")
      throw new HttpError(422, "not_incoming", "This message was written to the customer. Choose one that came in.");
    return facts;
  }
}

const present = (saved: SavedRuleset | undefined) => ({
  version: saved?.version ?? 0,
  at: saved?.at.toISOString() ?? null,
  by: saved?.by ?? null,
  note: saved?.note ?? "",
  ruleset: saved ? rulesetSchema.parse(saved.content) : defaultRuleset(),
});

const brokenIn = (ruleset: Ruleset, say: Say) =>
  brokenPartsOf(ruleset).map((part) => ({ ...part, sentence: say(part.sentence) }));

const presentLines = ({ lines, problem }: LinesState, say: Say) => ({
  lines: lines.map((line) => ({ ...line })),
  problem: problem === undefined ? null : say(problem),
});
