/**
 * Values of a line's settings to the portal's words and back. The portal answers everything as text, keeps times as `9` and
 * `18.30`, and an empty list as a list of one empty text.
 *
 * Reading never fails as a whole: what cannot be understood is left out, and the page says so beside the field. To write and
 * read back is the identity for every legal value.
 */
import {
  type HiddenAgent,
  LINE_FIELD_NAMES,
  LINE_FIELDS,
  type LineChanges,
  type LineFieldSpec,
  type LineValue,
  type QueueMember,
  type ShownAgent,
  WEEKDAYS,
} from "./fields.ts";

const CLOCK = /^(\d{1,2})(?:\.(\d{1,2}))?$/;
const DAY_OF_YEAR = /^(\d{1,2})\.(\d{1,2})$/;
const FLAGS: Readonly<Record<string, boolean>> = { Y: true, N: false };
const ID = /^\d{1,15}$/;

/**
 * What of the portal's answer can be understood. `QUEUE` is no field of it in our sense: it names people alone, so the queue
 * is read from `CONFIG_QUEUE` of the list and put in under that name.
 */
export function fromWire(config: Readonly<Record<string, unknown>>): LineChanges {
  return Object.fromEntries(
    LINE_FIELD_NAMES.flatMap((name) => {
      const raw = config[LINE_FIELDS[name].wire];
      const value = raw === undefined ? undefined : readValue(LINE_FIELDS[name], raw);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** `PARAMS` of `imopenlines.config.add` and `.update`. */
export function toWire(changes: LineChanges): Record<string, unknown> {
  return Object.fromEntries(
    LINE_FIELD_NAMES.flatMap((name) => {
      const value = changes[name];
      return value === undefined ? [] : [[LINE_FIELDS[name].wire, writeValue(LINE_FIELDS[name], value)]];
    }),
  );
}

function readValue(spec: LineFieldSpec, raw: unknown): LineValue | undefined {
  const text = typeof raw === "string" || typeof raw === "number" ? String(raw) : undefined;
  switch (spec.kind) {
    case "flag":
      return FLAGS[text ?? ""];
    case "choice":
      return spec.options.includes(text ?? "") ? (text as LineValue) : undefined;
    case "text":
      if (raw === null) return "";
      return text === undefined ? undefined : plainText(spec.escaped === true ? unescaped(text) : text);
    case "number":
      return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
    case "code":
      return raw === null ? "" : text;
    case "id":
      if (raw === null || text === "" || text === "0") return null;
      return text !== undefined && ID.test(text) ? text : undefined;
    case "clock":
      return readClock(text ?? "");
    case "weekdays":
      return whole(listOf(raw), (one) => WEEKDAYS.find((day) => day === one));
    case "holidays":
      return whole(listOf(typeof raw === "string" ? raw.split(",") : raw), readDay);
    case "people":
      return whole(listOf(raw ?? []), (one) => (ID.test(one) ? one : undefined));
    case "queue":
      return readQueue(raw);
    case "entry":
      return readEntry(raw);
    case "agents":
      return readAgents(raw);
  }
}

function writeValue(spec: LineFieldSpec, value: LineValue): unknown {
  switch (spec.kind) {
    case "flag":
      return value === true ? "Y" : "N";
    case "id":
      return value === null ? 0 : Number(value);
    case "clock": {
      const [hour = "0", minute = "00"] = String(value).split(":");
      return `${Number(hour)}${minute === "00" ? "" : `.${minute}`}`;
    }
    case "holidays":
      return (value as readonly string[]).join(",");
    // As the portal writes a list of nothing: an empty one does not survive the address form that batches have.
    case "weekdays":
    case "people":
      return (value as readonly string[]).length === 0 ? [""] : [...(value as readonly string[])];
    case "queue":
      return (value as readonly QueueMember[]).map(({ kind, id }) => ({
        ENTITY_TYPE: kind === "person" ? "user" : "department",
        ENTITY_ID: Number(id),
      }));
    case "entry": {
      const { name, avatar, avatarId } = value as HiddenAgent;
      return { NAME: name, AVATAR: avatar, AVATAR_ID: avatarId };
    }
    case "agents":
      return writeAgents(value as readonly ShownAgent[]);
    default:
      return value;
  }
}

/** Line breaks in one form: the portal's own texts have `[br]` and `\r\n`. */
const plainText = (text: string) => text.replace(/\r\n?|\[br\]/gi, "\n");

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#039;": "'",
  "&#39;": "'",
  "&amp;": "&",
};
const unescaped = (text: string) => text.replace(/&(?:lt|gt|quot|#0?39|amp);/g, (found) => ENTITIES[found] ?? found);

/** `9`, `18.30`, and `18.3`, which is what is left of half past six in a number. */
function readClock(text: string): string | undefined {
  const [, hour, minute = ""] = CLOCK.exec(text) ?? [];
  if (hour === undefined) return undefined;
  const minutes = minute.padEnd(2, "0");
  return Number(hour) > 23 || Number(minutes) > 59 ? undefined : `${hour.padStart(2, "0")}:${minutes}`;
}

function readDay(text: string): string | undefined {
  const [, day, month] = DAY_OF_YEAR.exec(text.trim()) ?? [];
  return day === undefined || month === undefined ? undefined : `${day.padStart(2, "0")}.${month.padStart(2, "0")}`;
}

/** PHP writes a list with holes as an object. */
function listOf(raw: unknown): readonly string[] | undefined {
  const values = typeof raw === "object" && raw !== null ? Object.values(raw) : undefined;
  return values?.map((one) => String(one).trim()).filter((one) => one !== "");
}

function readQueue(raw: unknown): readonly QueueMember[] | undefined {
  if (typeof raw !== "object" || raw === null) return undefined;
  return whole(Object.values(raw), (one: unknown) => {
    const { ENTITY_TYPE: type, ENTITY_ID: id } = Object(one) as { ENTITY_TYPE?: unknown; ENTITY_ID?: unknown };
    if ((type !== "user" && type !== "department") || !ID.test(String(id))) return undefined;
    return { kind: type === "user" ? "person" : "department", id: String(id) };
  });
}

/** A list with something in it that we do not know is not read at all: written back it would be without that. */
function whole<Raw, Item>(
  values: readonly Raw[] | undefined,
  read: (value: Raw) => Item | undefined,
): readonly Item[] | undefined {
  if (values === undefined) return undefined;
  const items: Item[] = [];
  for (const value of values) {
    const item = read(value);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

function readEntry(raw: unknown): HiddenAgent | undefined {
  if (raw === null || raw === "") return { name: "", avatar: "", avatarId: "" };
  if (typeof raw !== "object") return undefined;
  const entry = raw as { NAME?: unknown; AVATAR?: unknown; AVATAR_ID?: unknown };
  return { name: word(entry.NAME), avatar: word(entry.AVATAR), avatarId: fileId(entry.AVATAR_ID) };
}

const word = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : "");
const fileId = (value: unknown) => (word(value) === "0" ? "" : word(value));

/** By person; those of whom nothing is said are shown as in their profiles and left out. PHP writes an empty map as a list. */
function readAgents(raw: unknown): readonly ShownAgent[] | undefined {
  if (raw === null) return [];
  if (typeof raw !== "object") return undefined;
  if (Array.isArray(raw)) return raw.length === 0 ? [] : undefined;
  return whole(Object.entries(raw), ([person, fields]: readonly [string, unknown]) => {
    if (!ID.test(person) || typeof fields !== "object" || fields === null) return undefined;
    const said: Readonly<Record<string, unknown>> = { ...fields };
    return {
      person,
      name: word(said["USER_NAME"]),
      position: word(said["USER_WORK_POSITION"]),
      avatar: word(said["USER_AVATAR"]),
      avatarId: fileId(said["USER_AVATAR_ID"]),
    };
  })?.filter(({ name, position, avatar, avatarId }) => `${name}${position}${avatar}${avatarId}` !== "");
}

/** Whoever of the queue is not named in it is shown by their profile. An empty map does not survive the address form of batches. */
function writeAgents(agents: readonly ShownAgent[]): Record<string, unknown> {
  if (agents.length === 0) return { 0: { USER_NAME: "" } };
  return Object.fromEntries(
    agents.map(({ person, name, position, avatar, avatarId }) => [
      person,
      { USER_NAME: name, USER_WORK_POSITION: position, USER_AVATAR: avatar, USER_AVATAR_ID: avatarId },
    ]),
  );
}
