import { z } from "zod";
import type { Account } from "../../domain/account.ts";
import { type ContactPolicy, contactSettings } from "../shared/contact-details.ts";
import { choiceSetting, colorSetting, languageSetting, numberSetting, textSetting } from "../shared/setting.ts";
import { originList } from "../shared/site-origins.ts";
import { isTimeZone, type Presence, presenceAt, readHours } from "../shared/working-hours.ts";

/** How a site's chat looks and works. Nothing here is secret: the visitor's browser gets most of it. */
export interface WebchatSettings extends ContactPolicy {
  /** Sites that may embed the chat: exact origins (`https://shop.example`) or subdomains (`https://*.shop.example`). */
  readonly origins: readonly string[];
  /** Empty = the widget's own words in the visitor's language. The same for `greeting` and `closedText`. */
  readonly title: string;
  readonly greeting: string;
  /** Seconds until the greeting shows itself beside the closed chat; 0 = it waits inside. */
  readonly greetingDelay: number;
  /** `#rrggbb`. */
  readonly color: string;
  readonly left: boolean;
  readonly icon: LauncherIcon;
  /** Words on the launcher; empty = the icon alone. */
  readonly label: string;
  /** Pixels from the edges of the window. */
  readonly offsetSide: number;
  readonly offsetBottom: number;
  readonly hideOnPhone: boolean;
  /** Empty = the visitor's browser decides. */
  readonly language: "" | "en" | "ru" | "es" | "ar";
  readonly privacy: string;
  /** What has to be agreed to before the first message; empty = nothing. */
  readonly consent: string;
  /** The team sees the text while it is typed. The form before the chat says so and asks for agreement. */
  readonly livePreview: boolean;
  readonly timezone: string;
  /** As `working-hours.ts` reads it; empty = always open. */
  readonly hours: string;
  readonly closed: "form" | "chat" | "hide";
  readonly closedText: string;
  readonly rating: "no" | "stars" | "thumbs";
}

export type LauncherIcon = "chat" | "question" | "mail" | "wave";

const DEFAULT_COLOR = "#2563eb";

export const webchatSettings = z
  .object({
    origins: originList,
    title: textSetting(60),
    greeting: textSetting(500),
    greetingDelay: numberSetting(0, 600, 0),
    color: colorSetting(DEFAULT_COLOR),
    left: z.boolean().default(false),
    icon: choiceSetting(["chat", "question", "mail", "wave"]),
    label: textSetting(30),
    offsetSide: numberSetting(0, 400, 20),
    offsetBottom: numberSetting(0, 400, 20),
    hideOnPhone: z.boolean().default(false),
    language: languageSetting,
    privacy: textSetting(500),
    ...contactSettings,
    consent: textSetting(1_000),
    livePreview: z.boolean().default(false),
    timezone: textSetting(60),
    hours: textSetting(2_000),
    closed: choiceSetting(["form", "chat", "hide"]),
    closedText: textSetting(500),
    rating: choiceSetting(["no", "stars", "thumbs"]),
  })
  .superRefine(({ timezone, hours }, context) => {
    if (timezone !== "" && !isTimeZone(timezone))
      context.addIssue({
        code: "custom",
        path: ["timezone"],
        message: `"${timezone}" is no time zone: write it like Europe/Madrid or Asia/Almaty`,
      });
    if (hours !== "" && timezone === "")
      context.addIssue({
        code: "custom",
        path: ["timezone"],
        message: "working hours need the time zone they are meant in: Europe/Madrid, Asia/Almaty …",
      });
    const read = readHours(hours);
    if (read.kind === "wrong") context.addIssue({ code: "custom", path: ["hours"], message: read.sentence });
  });

/** Settings of a stored account. What cannot be read allows no site: the door fails closed. */
export function readSettings(account: Account): WebchatSettings {
  const parsed = webchatSettings.safeParse(account.settings);
  return parsed.success ? parsed.data : webchatSettings.parse({});
}

/** Whether somebody works now, as far as the settings tell. */
export function presenceOf({ hours, timezone }: WebchatSettings, now: Date): Presence {
  const read = readHours(hours);
  return read.kind === "ok" && timezone !== "" ? presenceAt(read.hours, timezone, now) : { kind: "open" };
}

/** Whether a new visitor has something to fill in or to agree to before writing. */
export const asksFirst = ({ askName, askPhone, askEmail, consent, livePreview }: WebchatSettings): boolean =>
  [askName, askPhone, askEmail].some((asked) => asked !== "no") || consent !== "" || livePreview;
