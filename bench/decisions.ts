/**
 * Decisions a second on one core: 200 conditions, all of them evaluated, the last one matching, a tenth of them text
 * matches, reasons built. Pure processor work, so the figure is the median of three runs in this process, by its processor time.
 */
import { evaluate } from "../src/rules/evaluate.ts";
import { factsSchema } from "../src/rules/facts.ts";
import { rulesetSchema } from "../src/rules/ruleset.ts";
import { type Figure, list, round } from "./support/report.ts";
import { median } from "./support/stats.ts";

const CONDITIONS = 200;
const WANTED = 100_000;
const CHANNELS = ["telegram", "whatsapp-cloud", "viber", "webchat"];

export const decisions: Figure = {
  name: "decisions",
  title: "decisions by rules",
  async run(size) {
    const rounds = size === "tiny" ? 1_000 : 200_000;
    const runs = [1, 2, 3].map(() => measure(rounds));
    return [
      {
        figure: "rules: decisions/s on one core",
        setting: `${CONDITIONS} conditions, the last one matches`,
        measured: `${round(median(runs), 0)}/s`,
        target: `at least ${WANTED}/s`,
        met: median(runs) >= WANTED,
        notes: [`runs: ${list(runs)}/s; a tenth of the conditions look for words in the text; reasons built`],
        data: { runs },
      },
    ];
  },
};

/** Of every ten filters one looks into the text, by turns for words and for a pattern; none but the last one matches. */
function filterAt(index: number): unknown {
  const id = `f${index}`;
  const place = { id, name: `Filter ${index}`, pipeline: "1", stage: `C1:${index}` };
  if (index === CONDITIONS - 1) return { ...place, when: { fact: "site", op: "is", values: ["shop.example"] } };
  if (index % 10 === 0) {
    const op = index % 20 === 0 ? "contains" : "matches";
    return {
      ...place,
      when: { fact: "text", op, values: [op === "contains" ? `word${index}` : patternAt(index)] },
    };
  }
  const others = [
    { fact: "utm", name: "source", op: "is", values: [`campaign-${index}`] },
    { fact: "channel", op: "is", values: [`channel-${index}`] },
    { fact: "language", op: "is", values: ["de", "fr"] },
    { fact: "has-email", is: true },
    { fact: "weekday", values: [6, 7] },
    { fact: "page", op: "is", values: [`https://shop.example/${index}`] },
    { fact: "account", op: "is", values: [`account-${index}`] },
  ];
  return { ...place, when: others[index % others.length] };
}

/** Half of them begin with letters that can be searched for, half with a choice that cannot. */
const patternAt = (index: number) => (index % 40 === 10 ? `ord(er|re)-${index}\\d` : `(refund|возврат)[а-я ]+${index}`);

function measure(rounds: number): number {
  const ruleset = rulesetSchema.parse({
    owner: { who: "rules" },
    chats: {
      creation: { first: "deal" },
      pipelines: { first: { filters: Array.from({ length: CONDITIONS }, (_, index) => filterAt(index)) } },
    },
  });
  const subjects = CHANNELS.map((channel, index) =>
    factsSchema.parse({
      channel,
      account: { id: `a${index}`, name: "Shop" },
      line: "1",
      conversation: `c${index}`,
      customer: { name: "Maria", phones: ["+79031234567"], language: "ru" },
      text: "Добрый день! Подскажите, пожалуйста, когда приедет мой заказ и можно ли поменять адрес доставки?",
      site: { host: "shop.example", page: "https://shop.example/cart", utm: { source: "newsletter" } },
      local: { date: "2026-11-25", time: "12:00", weekday: 3, workingHours: true },
    }),
  );
  for (const subject of subjects) {
    const { create, reasons } = evaluate(subject, ruleset);
    if (create.kind !== "deal" || create.stage !== `C1:${CONDITIONS - 1}` || reasons.length < 4)
      throw new Error(`not the last condition decided: ${JSON.stringify(create)}`);
  }
  const begin = process.cpuUsage();
  let made = 0;
  for (let index = 0; index < rounds; index += 1) {
    const subject = subjects[index % subjects.length];
    if (subject && evaluate(subject, ruleset).create.kind === "deal") made += 1;
  }
  if (made !== rounds) throw new Error("a decision went astray");
  const { user, system } = process.cpuUsage(begin);
  return rounds / ((user + system) / 1e6);
}
