import { describe, expect, it } from "vitest";
import {
  accountConnector,
  channelOfConnector,
  connectorId,
  groupConnector,
  isGroupConnector,
} from "../../src/domain/connector-ids.ts";

describe("connector ids", () => {
  it("hold only what a portal takes, and are numbered from the second on", () => {
    expect(connectorId("telegram")).toBe("threadline_telegram");
    expect(connectorId("WhatsApp-Cloud", 2)).toBe("threadline_whatsapp_cloud_2");
    expect(connectorId("telegram", 1, "other_")).toBe("other_telegram");
  });

  it("lead back to the account's connector and to the channel, with and without groups", () => {
    const channels = ["telegram", "whatsapp-cloud"];
    for (const channel of channels) {
      for (const number of [1, 2, 17]) {
        const connector = connectorId(channel, number);
        const groups = groupConnector(connector);
        expect(isGroupConnector(connector)).toBe(false);
        expect(isGroupConnector(groups)).toBe(true);
        expect(accountConnector(groups)).toBe(connector);
        expect(accountConnector(connector)).toBe(connector);
        expect(channelOfConnector(connector, channels)).toBe(channel);
        expect(channelOfConnector(groups.toUpperCase(), channels)).toBe(channel);
      }
    }
    expect(channelOfConnector("threadline_viber", channels)).toBeUndefined();
    expect(channelOfConnector("telegram", channels)).toBeUndefined();
  });
});
