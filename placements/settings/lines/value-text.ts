import type { LineFieldName, LineSettings, LinesDirectory, QueueMember } from "../../../src/api/lines.ts";
import { locale } from "../../shared/boot.ts";
import { durationText } from "../../shared/line-form/duration.ts";
import { weekdayOf } from "../../shared/line-form/words.ts";
import type { LineEditor } from "./line-editor.ts";
import type { LinesKey } from "./texts/en.ts";
import { t } from "./words.ts";

export const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
const list = new Intl.ListFormat(locale, { type: "conjunction" });
const languages = new Intl.DisplayNames([locale], { type: "language" });
const MOST = 120;

export const optionLabel = (field: LineFieldName, option: string): string => t(`option.${field}.${option}` as LinesKey);

/** The portal's names of languages, where they are not everybody's. */
const REAL: Readonly<Record<string, string>> = {
  la: "es-419",
  br: "pt-BR",
  ua: "uk",
  kz: "kk",
  vn: "vi",
  tc: "zh-Hant",
  sc: "zh-Hans",
};
export const LANGUAGES = [
  "en",
  "ru",
  "de",
  "la",
  "es",
  "fr",
  "it",
  "pl",
  "br",
  "tr",
  "ua",
  "kz",
  "ar",
  "vn",
  "id",
  "ms",
  "th",
  "ja",
  "tc",
  "sc",
];

export const languageName = (code: string): string => languages.of(REAL[code] ?? code) ?? code;

/** What the portal lists by name for a field that holds a number of its. */
export function namedIn(directory: LinesDirectory, field: LineFieldName): readonly { id: string; name: string }[] {
  if (field === "bot") return directory.bots;
  if (field === "consent") return directory.agreements;
  return field === "cannedReplies" ? directory.lists : [];
}

/** A value in words, as it stands in a sentence. */
export function valueText(editor: LineEditor, field: LineFieldName, value: unknown): string {
  if (value === undefined) return t("value.unreadable");
  if (typeof value === "boolean") return t(value ? "value.yes" : "value.no");
  if (value === null || value === "") return t("value.nothing");
  if (Array.isArray(value)) return value.length === 0 ? t("value.nothing") : list.format(items(editor, field, value));
  if (typeof value === "object") return quoted(String((value as { readonly name?: unknown }).name ?? ""));
  const about = editor.directory.value.fields.find(({ name }) => name === field);
  if (about?.kind === "choice") return choiceText(field, String(value));
  if (typeof value === "number") return numberText(value, about?.unit);
  return namedText(editor, field, String(value));
}

function choiceText(field: LineFieldName, value: string): string {
  if (value === "none" && field !== "creates") return t("value.no");
  return value === "text" ? t("value.yes") : quoted(optionLabel(field, value));
}

function numberText(value: number, unit: string | undefined): string {
  if (unit === "seconds") return durationText(value);
  return unit === "minutes" ? durationText(value * 60) : new Intl.NumberFormat(locale).format(value);
}

function namedText({ directory }: LineEditor, field: LineFieldName, value: string): string {
  if (field === "language") return languageName(value);
  if (field === "source") {
    const source = directory.value.sources.find(({ id }) => id === value)?.name;
    return quoted(value === "create" ? t("source.create") : (source ?? value));
  }
  if (field === "pipeline") return quoted(directory.value.pipelines.find(({ id }) => id === value)?.name ?? value);
  const known = namedIn(directory.value, field).find(({ id }) => id === value);
  if (known) return quoted(known.name);
  const isId = directory.value.fields.some(({ name, kind }) => name === field && kind === "id");
  return isId ? t("id.plain", { id: value }) : quoted(value);
}

function items(editor: LineEditor, field: LineFieldName, values: readonly unknown[]): string[] {
  if (field === "daysOff") return values.map((day) => weekdayOf((DAYS as readonly unknown[]).indexOf(day) + 1));
  if (field === "queue")
    return (values as readonly QueueMember[]).map(({ kind, id }) =>
      kind === "person"
        ? (editor.names[id] ?? `#${id}`)
        : (editor.directory.value.departments.find((one) => one.id === id)?.name ?? `#${id}`),
    );
  if (field === "agents")
    return (values as LineSettings["agents"]).map(({ person, name, position, avatar }) => {
      const shown = [name, position, avatar].filter((part) => part !== "").join(", ");
      return `${editor.names[person] ?? `#${person}`} → ${shown}`;
    });
  return values.map((one) => (field === "holidays" ? String(one) : (editor.names[String(one)] ?? `#${String(one)}`)));
}

const quoted = (text: string) =>
  text === "" ? t("value.nothing") : t("value.text", { text: text.length > MOST ? `${text.slice(0, MOST)}…` : text });
