import { locale } from "../../shared/boot.ts";
import type { Condition, Directory, Test } from "./model.ts";
import { t } from "./words.ts";

const either = new Intl.ListFormat(locale, { type: "disjunction" });
const weekdays = new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" });

/** 1 is Monday. The first of January 2024 was one. */
export const weekdayName = (day: number): string => weekdays.format(Date.UTC(2024, 0, day));

export const choiceName = (
  choices: readonly { readonly id: string; readonly name: string }[] | undefined,
  id: string,
) => choices?.find((one) => one.id === id)?.name || id;

/** A condition in words, for a filter that is folded. */
export function sentenceOf(condition: Condition, directory: Directory | undefined, inside = false): string {
  if ("not" in condition) return t("say.not", { what: sentenceOf(condition.not, directory) });
  if (!("all" in condition || "any" in condition)) return testSentence(condition, directory);
  const [parts, empty, word] =
    "all" in condition ? [condition.all, t("say.always"), t("say.and")] : [condition.any, t("say.never"), t("say.or")];
  if (parts.length === 0) return empty;
  const text = parts.map((one) => sentenceOf(one, directory, true)).join(` ${word} `);
  return inside && parts.length > 1 ? `(${text})` : text;
}

function testSentence(test: Test, directory: Directory | undefined): string {
  switch (test.fact) {
    case "known":
    case "has-phone":
    case "has-email":
    case "working-hours":
      return t(test.is ? `say.${test.fact}` : `say.${test.fact}.no`);
    case "contact":
      return t(`say.contact.${test.is}`);
    case "weekday":
      return t("say.is", { fact: t("fact.weekday"), values: either.format(test.values.map(weekdayName)) });
    case "open-deal": {
      const pipeline = directory?.pipelines.find(({ id }) => id === test.pipeline);
      const where = [
        test.pipeline === undefined ? undefined : (pipeline?.name ?? test.pipeline),
        test.stage === undefined ? undefined : choiceName(pipeline?.stages, test.stage),
      ].filter((part) => part !== undefined);
      const said = t(test.is ? "say.open-deal" : "say.open-deal.no");
      return where.length === 0 ? said : `${said} (${where.join(" / ")})`;
    }
    default: {
      const fact = "name" in test ? `${t(`fact.${test.fact}`)} “${test.name}”` : t(`fact.${test.fact}`);
      const values = test.values.map((value) => valueName(test.fact, value, directory));
      return t(`say.${test.op}`, { fact, values: values.length === 0 ? "…" : either.format(values) });
    }
  }
}

function valueName(fact: Test["fact"], value: string, directory: Directory | undefined): string {
  if (fact === "channel") return choiceName(directory?.channels, value);
  if (fact === "account") return choiceName(directory?.accounts, value);
  if (fact === "line") return choiceName(directory?.lines, value);
  return `“${value}”`;
}
