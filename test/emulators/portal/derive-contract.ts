/**
 * Derives contract-table.json (facts only: names, types, flags, codes) from a full description of the
 * platform's methods. Run by hand when that description changes:
 *
 *   node test/emulators/portal/derive-contract.ts <path to contract.json>
 *
 * The emulator and its tests read the derived table only.
 */
import { readFileSync, writeFileSync } from "node:fs";

interface SourceParameter {
  type?: string;
  required?: boolean;
  enum?: string[];
  items?: Record<string, SourceParameter>;
  itemsByKind?: Record<string, Record<string, SourceParameter>>;
}

interface SourceMethod {
  scope: string;
  who: string;
  params: Record<string, SourceParameter>;
  errors?: Record<string, string>;
  restVersion?: unknown;
}

interface SourceContract {
  source: string;
  systemErrors: Record<string, string>;
  methods: Record<string, SourceMethod>;
  events: Record<string, { scope: string | null }>;
  placements: Record<
    string,
    {
      scope: string;
      placementOptions: Record<string, unknown>;
      bindOptions: Record<string, { type?: string; required?: boolean }>;
    }
  >;
}

/** "string!" = required string; [type, items] = nested; [type, null, {kind: items}] = depends on the entity kind. */
type CompactParameter = string | [string, CompactParameters | null, Record<string, CompactParameters>?];
interface CompactParameters {
  [name: string]: CompactParameter;
}

function compactParameter(parameter: SourceParameter): CompactParameter {
  const type = `${parameter.type ?? "unspecified"}${parameter.required === true ? "!" : ""}`;
  const kinds = parameter.itemsByKind;
  if (kinds !== undefined) {
    const compactKinds = Object.entries(kinds).map(([kind, items]) => [kind, compactParameters(items)] as const);
    return [
      type,
      parameter.items === undefined ? null : compactParameters(parameter.items),
      Object.fromEntries(compactKinds),
    ];
  }
  return parameter.items === undefined ? type : [type, compactParameters(parameter.items)];
}

function compactParameters(parameters: Record<string, SourceParameter>): CompactParameters {
  return Object.fromEntries(
    Object.entries(parameters)
      .filter(([, parameter]) => typeof parameter === "object" && parameter !== null)
      .map(([name, parameter]) => [name, compactParameter(parameter)]),
  );
}

/** Scopes of which one is enough; an empty list means that any application may call. */
function scopesOf(text: string | null): string[] {
  return (text ?? "")
    .replace(/\(.*?\)/g, "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => /^[a-z_.]+$/.test(part) && part !== "basic");
}

/** Error texts look like "[400] what the API says — when it happens | [400] …"; the explanations are dropped. */
function errorsOf(errors: Record<string, string> | undefined): Record<string, [number | null, string][]> {
  const result: Record<string, [number | null, string][]> = {};
  for (const [code, text] of Object.entries(errors ?? {})) {
    const variants = text.split(" | ").map((variant): [number | null, string] => {
      const status = /^\[(\d{3})\]\s*/.exec(variant);
      const rest = status === null ? variant : variant.slice(status[0].length);
      const message = rest.includes(" — ") ? rest.slice(0, rest.indexOf(" — ")) : rest;
      return [status === null ? null : Number(status[1]), message.trim()];
    });
    result[code] = variants;
  }
  return result;
}

function isAdministratorOnly(who: string): boolean {
  return /^(an? )?administrator\b/i.test(who) && !/crm/i.test(who);
}

function derive(contract: SourceContract): object {
  const methods: Record<string, object> = {};
  for (const [name, method] of Object.entries(contract.methods)) {
    if (method.restVersion !== undefined) continue;
    methods[name] = {
      scope: scopesOf(method.scope),
      ...(isAdministratorOnly(method.who) ? { admin: true } : {}),
      params: compactParameters(method.params),
      ...(method.errors === undefined ? {} : { errors: errorsOf(method.errors) }),
    };
  }
  const events = Object.fromEntries(
    Object.entries(contract.events).map(([name, event]) => [name, scopesOf(event.scope)]),
  );
  const placements = Object.fromEntries(
    Object.entries(contract.placements).map(([name, placement]) => [
      name,
      {
        scope: scopesOf(placement.scope),
        options: Object.keys(placement.placementOptions),
        bind: Object.fromEntries(
          Object.entries(placement.bindOptions).map(([option, description]) => [
            option,
            `${description.type ?? "unspecified"}${description.required === true ? "!" : ""}`,
          ]),
        ),
      },
    ]),
  );
  return { source: contract.source, systemErrors: Object.keys(contract.systemErrors), methods, events, placements };
}

/** One line per entry: small, and a change is readable in a diff. */
function format(table: object): string {
  const sections = Object.entries(table).map(([section, value]) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return `${JSON.stringify(section)}:${JSON.stringify(value)}`;
    const lines = Object.entries(value).map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    return `${JSON.stringify(section)}:{\n${lines.join(",\n")}\n}`;
  });
  return `{\n${sections.join(",\n")}\n}\n`;
}

const sourcePath = process.argv[2];
if (sourcePath === undefined) {
  process.stderr.write("usage: node derive-contract.ts <path to contract.json>\n");
  process.exitCode = 2;
} else {
  const contract = JSON.parse(readFileSync(sourcePath, "utf8")) as SourceContract;
  writeFileSync(new URL("./contract-table.json", import.meta.url), format(derive(contract)));
}
