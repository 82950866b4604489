/**
 * What a portal is told of our robots: their names and settings in its languages. What each setting means is read in
 * `settings.ts`, and what it does stands in the file of each robot.
 */
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Localised, Say } from "../../domain/localised.ts";
import { ROBOTS, type Robot } from "../../domain/robot.ts";
import type { RobotKind, RobotProperty, RobotRegistration } from "../../portal/contract/automation.ts";
import { ROBOT_TEXTS } from "./texts.ts";

/** The channel where the customer can be answered now and wrote last. */
export const BEST = "best";
export const NONE = "none";
export const DEFAULT_WAIT_MINUTES = 60;

type Properties = Readonly<Record<string, RobotProperty>>;

/** Robots and activities, for registration. `say`: in the portal's own language, where the portal takes one only. */
export function robotRegistrations(
  channels: ReadonlyMap<string, ChannelAdapter>,
  publicUrl: string,
  say: Say,
): readonly { readonly kind: RobotKind; readonly robot: RobotRegistration }[] {
  const choices = channelChoices(channels, say);
  return (["robot", "activity"] as const).flatMap((kind) =>
    ROBOTS.map((robot) => ({
      kind,
      robot: {
        code: codeOf(kind, robot),
        handler: `${publicUrl}/robots/${robot}`,
        name: ROBOT_TEXTS[robot].name,
        about: ROBOT_TEXTS[robot].about,
        properties: propertiesOf(robot, choices, say),
        returns: RETURNS[robot],
      },
    })),
  );
}

/** One table of the portal holds both, by application and code. */
const codeOf = (kind: RobotKind, robot: Robot): string =>
  kind === "robot" ? `threadline_${robot}` : `threadline_${robot}_activity`;

/** Channels that something can be sent through, by their ids. */
const channelChoices = (channels: ReadonlyMap<string, ChannelAdapter>, say: Say): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...channels.values()]
      .filter(({ capabilities }) => capabilities.oneWay === undefined)
      .map(({ id, title }) => [id, say(title)]),
  );

function propertiesOf(robot: Robot, choices: Readonly<Record<string, string>>, say: Say): Properties {
  const { property } = ROBOT_TEXTS;
  const channel = (name: Localised, options: Readonly<Record<string, string>>, preset: string): RobotProperty => ({
    ...{ name, type: "select", required: false, options, preset },
  });
  const any = channel(property.inChannel, { [BEST]: say("Any channel"), ...choices }, BEST);
  switch (robot) {
    case "send": {
      const next = { [NONE]: say("Nothing more"), ...choices };
      return {
        channel: channel(property.channel, { [BEST]: say("The best channel"), ...choices }, BEST),
        text: { name: property.text, about: property.textAbout, type: "text" },
        subject: { name: property.subject, type: "string" },
        template: { name: property.template, about: property.templateAbout, type: "string" },
        variables: { name: property.variables, type: "string", multiple: true },
        files: { name: property.files, about: property.filesAbout, type: "file", multiple: true },
        otherwise: channel(property.otherwise, next, NONE),
        otherwise2: channel(property.otherwise2, next, NONE),
        deliver_within: { name: property.deliverWithin, about: property.deliverWithinAbout, type: "int" },
      };
    }
    case "wait":
      return {
        minutes: { name: property.minutes, type: "int", required: true, preset: String(DEFAULT_WAIT_MINUTES) },
        channel: any,
      };
    case "find":
      return { phone: { name: property.phone, type: "string", required: true }, channel: any };
    case "close":
      return { channel: any };
    case "assign":
      return { user: { name: property.user, type: "user", required: true }, channel: any };
    case "tag":
      return { tag: { name: property.tag, type: "string", required: true }, channel: any };
  }
}

const { returned } = ROBOT_TEXTS;
const text = (name: Localised): RobotProperty => ({ name, type: "string" });
const ALWAYS: Properties = { result: text(returned.result), reason: text(returned.reason) };

/** What each robot gives back, by the names of `RobotOutcome.values`. */
const RETURNS: Readonly<Record<Robot, Properties>> = {
  send: { ...ALWAYS, sent_by: text(returned.sentBy), account: text(returned.account), message: text(returned.message) },
  wait: {
    ...ALWAYS,
    answered: { name: returned.answered, type: "bool" },
    text: { name: returned.text, type: "text" },
    who: text(returned.who),
    channel: text(returned.channel),
  },
  find: {
    ...ALWAYS,
    found: { name: returned.found, type: "bool" },
    channel: text(returned.channel),
    account: text(returned.account),
    name: text(returned.name),
  },
  close: { ...ALWAYS, count: { name: returned.count, type: "int" } },
  assign: { ...ALWAYS, count: { name: returned.count, type: "int" } },
  tag: { ...ALWAYS, count: { name: returned.count, type: "int" } },
};
