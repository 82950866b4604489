/**
 * The figures of the README, measured on this machine: `npm run bench [-- FIGURE…] [--json FILE] [--long]`.
 *
 * Figures: webhook, own-time, flood, neighbours, idle-accounts, media, decisions, people, surfaces, cold-tab, agents,
 * long-conversation, mail, idle-boxes, reports; without names all of them, about twenty minutes on two cores. Exits non-zero when a target is missed. `--long` runs what the default plays on a faster clock in real time (flood: about
 * eleven minutes more). Needs PostgreSQL and Redis, which `npm run bench` brings.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { agents } from "./agents.ts";
import { coldTab } from "./cold-tab.ts";
import { decisions } from "./decisions.ts";
import { flood } from "./flood.ts";
import { idleAccounts } from "./idle-accounts.ts";
import { idleBoxes } from "./idle-boxes.ts";
import { longConversation } from "./long-conversation.ts";
import { mail } from "./mail.ts";
import { media } from "./media.ts";
import { neighbours } from "./neighbours.ts";
import { ownTime } from "./own-time.ts";
import { people } from "./people.ts";
import { reports } from "./reports.ts";
import { describeMachine, type Finding, renderTable } from "./support/report.ts";
import { surfaces } from "./surfaces.ts";
import { webhook } from "./webhook.ts";

const figures = [
  webhook,
  ownTime,
  flood,
  neighbours,
  idleAccounts,
  media,
  decisions,
  people,
  surfaces,
  coldTab,
  agents,
  longConversation,
  mail,
  idleBoxes,
  reports,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "string" }, long: { type: "boolean", default: false } },
});
const unknown = positionals.filter((name) => !figures.some((figure) => figure.name === name));
if (unknown.length > 0) {
  console.error(
    `Unknown figure: ${unknown.join(", ")}. There are: ${figures.map((figure) => figure.name).join(", ")}.`,
  );
  process.exit(2);
}
const chosen = figures.filter((figure) => positionals.length === 0 || positionals.includes(figure.name));
const machine = describeMachine();
console.log(
  `${machine.cores} cores, ${machine.processor}, ${machine.memoryGiB} GiB, Node ${machine.node}, ${machine.platform}\n`,
);

const findings: Finding[] = [];
const broken: string[] = [];
for (const figure of chosen) {
  const start = performance.now();
  try {
    const found = await figure.run(values.long ? "long" : "full");
    findings.push(...found);
    const seconds = Math.round((performance.now() - start) / 1000);
    console.log(`${figure.name}: ${figure.title}, measured in ${seconds} s`);
    for (const one of found)
      console.log(`  ${one.setting}: ${one.measured} (${one.target}) ${one.met ? "met" : "NOT met"}`);
  } catch (error) {
    broken.push(figure.name);
    console.error(`${figure.name}: could not be measured:`, error);
  }
}

console.log(`\n${renderTable(findings)}\n`);
if (values.json !== undefined)
  await writeFile(
    values.json,
    `${JSON.stringify({ at: new Date().toISOString(), machine, findings, broken }, null, 2)}\n`,
  );
const missed = findings.filter((finding) => !finding.met).length;
console.log(
  `${findings.length - missed} targets met, ${missed} missed${broken.length > 0 ? `, not measured: ${broken.join(", ")}` : ""}`,
);
process.exitCode = missed + broken.length === 0 ? 0 : 1;
