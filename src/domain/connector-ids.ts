/**
 * Ids of our connectors in a portal. A line holds one account of a connector, so the second account of a channel on a line
 * has a numbered one: `threadline_telegram`, `threadline_telegram_2`, … Groups have a connector beside each, because the
 * portal decides by connector whether a chat is one person or several: `threadline_telegram_group`,
 * `threadline_telegram_2_group`. Lower case a-z, 0-9 and `_`, as the portal demands.
 */
const PREFIX = "threadline_";
const GROUP = "_group";

/** @param number 1 for the channel's first account on a line */
export function connectorId(channel: string, number = 1, prefix = PREFIX): string {
  const base = `${prefix}${channel.toLowerCase().replace(/[^a-z0-9]+/g, "_")}`;
  return number === 1 ? base : `${base}_${number}`;
}

/** The connector for groups that belongs to a connector. */
export const groupConnector = (connector: string): string => `${connector}${GROUP}`;

export const isGroupConnector = (connector: string): boolean => connector.endsWith(GROUP);

/** The connector that an account is kept under, of it or of its groups' one. */
export const accountConnector = (connector: string): string =>
  isGroupConnector(connector) ? connector.slice(0, -GROUP.length) : connector;

/** Of `channels`, the one whose accounts feed this connector. */
export function channelOfConnector(connector: string, channels: Iterable<string>): string | undefined {
  const base = accountConnector(connector.toLowerCase()).replace(/_\d+$/, "");
  return [...channels].find((channel) => connectorId(channel) === base);
}
