import type { Boot, Locale } from "../../src/api/boot.ts";

const NOBODY: Boot = {
  session: "",
  portal: { id: "", name: "", domain: "", active: true },
  user: { id: "", name: "", admin: false, editor: false },
  placement: "DEFAULT",
  options: {},
  locale: "en",
};

/** What the server put into this page. A page opened without it shows itself empty instead of breaking. */
export const boot: Boot = readBoot();

/** Whoever only reads along is offered nothing that the server would refuse. */
export const mayAnswer = boot.user.role !== "controller";

export const locale: Locale = boot.locale === "ru" || boot.locale === "es" ? boot.locale : "en";

/** A value of PLACEMENT_OPTIONS as text; empty when absent. */
export function placementOption(name: string): string {
  const value = boot.options[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function readBoot(): Boot {
  const text = document.getElementById("boot")?.textContent ?? "{}";
  return { ...NOBODY, ...(JSON.parse(text) as Partial<Boot>) };
}
