import { describe, expect, it } from "vitest";
import type { ChannelAdapter } from "../../src/channels/contract.ts";
import type { Localised, Words } from "../../src/domain/localised.ts";
import { describedChannels } from "../../tools/channels-doc.ts";

/** What every channel says of itself, in every language. A new channel is held to it by being in the registry. */

const LANGUAGES = ["en", "ru", "es"] as const;

interface Said {
  readonly where: string;
  readonly words: Words;
  /** A `choice`'s value. */
  readonly value?: string;
}

function saidBy({ id, description, setup, sessions }: ChannelAdapter): Said[] {
  return [
    { where: `${id} description`, words: description },
    ...setup.flatMap((step) => [
      { where: `${id} ${step.id} title`, words: step.title },
      { where: `${id} ${step.id} help`, words: step.help },
      ...(step.warning ? [{ where: `${id} ${step.id} warning`, words: step.warning }] : []),
      ...step.fields.flatMap((field) => [
        { where: `${id} ${field.key} label`, words: field.label },
        ...(field.placeholder === undefined
          ? []
          : [{ where: `${id} ${field.key} placeholder`, words: field.placeholder }]),
        ...(field.choices ?? []).map(({ value, label }) => ({
          where: `${id} ${field.key} choice ${value}`,
          words: label,
          value,
        })),
      ]),
    ]),
    ...Object.entries(sessions?.howTo ?? {}).flatMap(([kind, sentences]) =>
      sentences.map((words, at) => ({ where: `${id} how to ${kind} ${at}`, words })),
    ),
  ];
}

/** What is wrong with a text; empty = nothing. */
function troubleWith({ words, value }: Said): string {
  if (typeof words === "string") return isNoPhrase(words, value) ? "" : `“${words}” is words in one language only`;
  const missing = LANGUAGES.filter((language) => words[language].trim() === "");
  if (missing.length > 0) return `missing in ${missing.join(", ")}`;
  // Two may be alike by chance ("Color", "Token"); a text that nobody translated is the same in all.
  if (new Set(LANGUAGES.map((language) => words[language])).size === 1) return "the same in all languages";
  return /\p{Script=Cyrillic}/u.test(words.ru) ? "" : "not Russian";
}

/** Reads the same everywhere: an address, a server, a colour, a number, a code, or a language in its own name. */
function isNoPhrase(words: string, value: string | undefined): boolean {
  if (value !== undefined && /^[a-z]{2}$/.test(value)) {
    const own = new Intl.DisplayNames([value], { type: "language" }).of(value);
    return own?.toLocaleLowerCase(value) === words.toLocaleLowerCase(value);
  }
  const isServer = /^[a-z\d-]+(\.[a-z\d-]+)+$/.test(words);
  return isServer || /[\d:/#@]/.test(words) ? !/\p{L}{2,}\s+\p{L}{2,}/u.test(words) : /^[A-Z]{2,3}$/.test(words);
}

describe("what channels say of themselves", () => {
  it.each(describedChannels().map((channel) => [channel.id, channel] as const))(
    "%s: in every language",
    (_id, channel) => {
      const said = saidBy(channel);
      // What the server makes by itself asks for nothing.
      expect(said.length).toBeGreaterThan(channel.builtIn === true ? 0 : 5);
      const troubles = said.flatMap((one) => {
        const trouble = troubleWith(one);
        return trouble === "" ? [] : [`${one.where}: ${trouble}`];
      });
      expect(troubles).toEqual([]);
    },
  );

  it.each([
    ["missing", { en: "Token", ru: "Токен", es: " " }, /missing in es/],
    ["copied", { en: "Token", ru: "Token", es: "Token" }, /same in all/],
    ["not translated", { en: "A token", ru: "A token", es: "Un token" }, /not Russian/],
    ["a phrase without languages", "Share my number", /one language only/],
    ["a word without languages", "Never", /one language only/],
  ] as const satisfies readonly (readonly [string, string | Localised, RegExp])[])(
    "a text that is %s is noticed",
    (_what, words, trouble) => {
      expect(troubleWith({ where: "here", words })).toMatch(trouble);
    },
  );

  it("has steps that keep their promises: one id each, a preset among the choices, a consent that the settings know", () => {
    for (const { id, setup, settings } of describedChannels()) {
      expect(new Set(setup.map((step) => step.id)).size, id).toBe(setup.length);
      const fields = setup.flatMap((step) => step.fields);
      expect(new Set(fields.map((field) => `${field.into}.${field.key}`)).size, id).toBe(fields.length);
      for (const field of fields) {
        if (field.kind === "choice") expect(field.choices?.length, `${id} ${field.key}`).toBeGreaterThan(1);
        if (field.preset !== undefined)
          expect(
            field.choices?.map((choice) => choice.value),
            `${id} ${field.key}`,
          ).toContain(field.preset);
      }
      for (const { consent } of setup) {
        if (consent === undefined) continue;
        const read = settings.safeParse({ [consent]: true });
        expect(read.data?.[consent], `${id} ${consent}`).toBe(true);
      }
    }
  });
});
