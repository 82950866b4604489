/**
 * Invitations (RFC 5545, RFC 5546): the first event of a calendar part, as its sender wrote it. Times keep the sender's zone
 * name, because Outlook's are no names that a computer knows; whoever shows them shows both. Pure; never throws.
 */
import { bareAddress } from "./mailboxes.ts";
import { oneLine } from "./one-line.ts";
import type { Attendee, CalendarTime, Invitation, Mailbox } from "./read-mail-types.ts";

interface Property {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly value: string;
}

/** More lines than any invitation has; a feed of a whole year's events is not read to its end. */
const MOST_LINES = 5000;
const MOST_ATTENDEES = 500;

/** `method` is that of the Content-Type, used where the text has none. Undefined when there is no event in it. */
export function readInvitation(text: string, method: string): Invitation | undefined {
  const lines = text
    .replaceAll("\u0000", "")
    .replace(/\r\n?/g, "\n")
    .replace(/\n[ \t]/g, "")
    .split("\n", MOST_LINES);
  const start = lines.findIndex((line) => /^BEGIN:(VEVENT|VTODO)\s*$/i.test(line));
  if (start < 0) return undefined;
  const kind = /:(\w+)/.exec(lines[start] ?? "")?.[1] ?? "VEVENT";
  const stop = lines.findIndex((line, at) => at > start && line.trim().toUpperCase() === `END:${kind.toUpperCase()}`);
  const event = topLevel(lines.slice(start + 1, stop < 0 ? undefined : stop)).flatMap((line) => propertyOf(line) ?? []);
  const named = lines.slice(0, start).flatMap((line) => propertyOf(line) ?? []);
  const first = (name: string) => event.find((each) => each.name === name);
  const words = (name: string) => oneLine(unescaped(first(name)?.value ?? ""));
  const organizer = first("ORGANIZER");
  return {
    method: (named.find(({ name }) => name === "METHOD")?.value ?? method).trim().toUpperCase(),
    title: words("SUMMARY"),
    start: timeOf(first("DTSTART")),
    end: timeOf(first("DTEND") ?? first("DUE")),
    place: words("LOCATION"),
    organizer: organizer === undefined ? undefined : personOf(organizer),
    attendees: event
      .filter(({ name }) => name === "ATTENDEE")
      .slice(0, MOST_ATTENDEES)
      .flatMap(attendeeOf),
    uid: first("UID")?.value.trim() ?? "",
  };
}

/** Without what stands in an alarm and the like. */
function topLevel(lines: readonly string[]): readonly string[] {
  let depth = 0;
  return lines.filter((line) => {
    if (/^BEGIN:/i.test(line)) depth++;
    const here = depth === 0;
    if (/^END:/i.test(line)) depth--;
    return here;
  });
}

function propertyOf(line: string): Property | undefined {
  const [, name, parameters = "", value = ""] = /^([\w-]+)((?:;[\w-]+=(?:"[^"]*"|[^":;]*))*):(.*)$/.exec(line) ?? [];
  if (name === undefined) return undefined;
  const named = [...parameters.matchAll(/;([\w-]+)=(?:"([^"]*)"|([^":;]*))/g)];
  return {
    name: name.toUpperCase(),
    parameters: new Map(named.map(([, key = "", quoted, bare]) => [key.toUpperCase(), quoted ?? bare ?? ""])),
    value,
  };
}

const unescaped = (value: string): string =>
  value.replace(/\\([\\;,nN])/g, (_, character: string) => (/n/i.test(character) ? "\n" : character));

function timeOf(property: Property | undefined): CalendarTime | undefined {
  const [, year, month, day, hour, minute, second = "00", utc] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?/.exec(property?.value.trim() ?? "") ?? [];
  if (year === undefined) return undefined;
  const date = `${year}-${month}-${day}`;
  if (hour === undefined) return { value: date, zone: undefined };
  return {
    value: `${date}T${hour}:${minute}:${second}`,
    zone: utc === undefined ? property?.parameters.get("TZID") : "UTC",
  };
}

function personOf({ value, parameters }: Property): Mailbox | undefined {
  const address = bareAddress(value) ?? bareAddress(parameters.get("EMAIL") ?? "");
  return address === undefined ? undefined : { name: oneLine(parameters.get("CN") ?? ""), address };
}

function attendeeOf(property: Property): readonly Attendee[] {
  const person = personOf(property);
  return person === undefined ? [] : [{ ...person, answer: (property.parameters.get("PARTSTAT") ?? "").toUpperCase() }];
}

/** For a mail without a text of its own: title, time, place, organizer, a line each; no words in any language. */
export function invitationText({ title, start, end, place, organizer }: Invitation): string {
  const clock = ({ value, zone }: CalendarTime) =>
    `${value.replace("T", " ").replace(/:00$/, "")}${zone === undefined ? "" : ` (${zone})`}`;
  const time = [start, end].flatMap((each) => (each === undefined ? [] : clock(each))).join(" – ");
  const who = organizer === undefined ? "" : `${organizer.name} <${organizer.address}>`.trim();
  return [title, time, place, who].filter((line) => line !== "").join("\n");
}
