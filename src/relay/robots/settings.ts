/** What was set in a robot, as the portal hands it over: every value a string or a list of them, and any of them absent. */
import type { RobotProperties } from "../../domain/robot.ts";
import { BEST, DEFAULT_WAIT_MINUTES, NONE } from "./catalogue.ts";

export interface SendSettings {
  /** Channels to try, in order; `best` may be the first. */
  readonly channels: readonly string[];
  readonly text: string;
  readonly subject: string | undefined;
  readonly template: { readonly name: string; readonly language: string | undefined } | undefined;
  readonly variables: readonly string[];
  readonly files: readonly string[];
  /** Milliseconds. */
  readonly deliverWithin: number | null;
}

const MINUTE_MS = 60_000;
const LONGEST_WAIT_MINUTES = 60 * 24 * 60;
const LONGEST_TAG = 50;

const all = (properties: RobotProperties, name: string): readonly string[] => {
  const value = properties[name] ?? [];
  const list = typeof value === "string" ? [value] : value;
  return list.map((one) => one.trim()).filter((one) => one !== "");
};

const one = (properties: RobotProperties, name: string): string | undefined => all(properties, name)[0];

function minutesOf(properties: RobotProperties, name: string): number | undefined {
  const minutes = Number(one(properties, name)?.replace(",", "."));
  return Number.isFinite(minutes) && minutes > 0 ? Math.min(minutes, LONGEST_WAIT_MINUTES) : undefined;
}

export function sendSettings(properties: RobotProperties): SendSettings {
  const next = ["otherwise", "otherwise2"].flatMap((name) => one(properties, name) ?? []);
  const channels = [one(properties, "channel") ?? BEST, ...next.filter((channel) => channel !== NONE)];
  const [name, language] = (one(properties, "template") ?? "").split("/").map((part) => part.trim());
  const minutes = minutesOf(properties, "deliver_within");
  const text = properties["text"];
  return {
    channels: [...new Set(channels)],
    text: (typeof text === "string" ? text : (text?.join("\n") ?? "")).trim(),
    subject: one(properties, "subject"),
    template:
      name === undefined || name === "" ? undefined : { name, language: language === "" ? undefined : language },
    variables: all(properties, "variables"),
    files: all(properties, "files"),
    deliverWithin: minutes === undefined ? null : minutes * MINUTE_MS,
  };
}

/** How long an answer is waited for, in milliseconds. */
export const waitTime = (properties: RobotProperties): number =>
  (minutesOf(properties, "minutes") ?? DEFAULT_WAIT_MINUTES) * MINUTE_MS;

/** `undefined`: any. */
export function channelOf(properties: RobotProperties): string | undefined {
  const channel = one(properties, "channel");
  return channel === BEST ? undefined : channel;
}

export const phoneOf = (properties: RobotProperties): string | undefined => one(properties, "phone");
export const tagOf = (properties: RobotProperties): string | undefined =>
  one(properties, "tag")?.replace(/\s+/g, " ").slice(0, LONGEST_TAG).trim();

/** `user_5`, as workflows name people, or the bare number. */
export const userOf = (properties: RobotProperties): string | undefined =>
  /^(?:user_)?(\d{1,15})$/.exec(one(properties, "user") ?? "")?.[1];
