import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWire, type Wire } from "../../support/mail/proxy.ts";
import { type Dovecot, startDovecot } from "../../support/services/dovecot.ts";
import { until } from "../../support/world/until.ts";
import { BOX, type Box, becomes, COMMON, hears, mail, mailAccount, openBox, QUICK, texts } from "./harness.ts";

/** Nothing is lost and nothing is told twice, whatever happens to the server, the wire, this program or the store. */

describe("a mailbox in trouble", () => {
  let server: Dovecot;
  let wire: Wire;
  let box: Box | undefined;

  beforeEach(async () => {
    server = await startDovecot();
    wire = await startWire(server.port);
  });
  afterEach(async () => {
    await box?.close();
    await wire.close();
    await server.stop();
  });

  function open(settings: Readonly<Record<string, unknown>> = {}, options: Parameters<typeof openBox>[1] = {}): Box {
    box = openBox(mailAccount(wire, settings), { timing: QUICK, ...options });
    box.keepOpen();
    return box;
  }

  function deliver(count: number, name: string): string[] {
    const all = Array.from({ length: count }, (_, index) => `${name} ${index + 1}`);
    for (const text of all) server.deliver(BOX, mail({ id: text.replace(" ", "-"), text }));
    return all;
  }

  const isWhole = (open: Box, expected: readonly string[]): void => {
    expect(texts(open).toSorted()).toEqual(expected.toSorted());
    expect([...open.given.values()].filter((times) => times > 2)).toEqual([]);
  };

  it("goes on after the server was restarted, with what came in between", async () => {
    const opened = open();
    await becomes(opened, "connected");
    const before = deliver(1, "Before");
    await hears(opened, 1);
    await server.stopServer();
    await until(
      () => opened.states.some(({ kind }) => kind === "transient-disconnect"),
      10_000,
      "the break to be told",
    );
    const between = deliver(2, "Between");
    await server.startServer();
    const after = deliver(1, "After");
    await hears(opened, 4);
    isWhole(opened, [...before, ...between, ...after]);
  });

  it("reads each mail once though the wire is cut in the middle of lists and of mails", async () => {
    const all = deliver(60, "Mail");
    let cuts = 0;
    // First while it lists them, then while bodies come.
    wire.cutWhenAnswered = (bytes) => {
      if (cuts < 4 && bytes > 3_000 + cuts * 4_000) {
        cuts += 1;
        return true;
      }
      return false;
    };
    const opened = open();
    await hears(opened, 60);
    expect(cuts).toBe(4);
    isWhole(opened, all);
  });

  it("notices that nobody is at the other end any more", async () => {
    const opened = open({}, { timing: { ...QUICK, answerMs: 500 } });
    await becomes(opened, "connected");
    wire.freeze();
    await until(
      () => opened.states.some(({ kind }) => kind === "transient-disconnect"),
      10_000,
      "the silence to be noticed",
    );
    const missed = deliver(1, "Missed");
    wire.thaw();
    await hears(opened, 1);
    isWhole(opened, missed);
  });

  it("goes on with its first scan where it was ended, also by a kill", async () => {
    const all = deliver(1_200, "Old");
    const opened = open({ days: 7 });
    await until(() => opened.letters.letters.size >= 500, 15_000, "the scan to begin");
    // A kill leaves no word: only what was kept by then is there.
    const values = new Map(opened.values);
    await opened.close();
    const next = openBox(mailAccount(wire, { days: 7 }), { timing: QUICK, letters: opened.letters, values });
    next.events.push(...opened.events);
    box = next;
    next.keepOpen();
    await until(
      () => next.letters.letters.size === 1_200 && next.messages().length === 1_200,
      30_000,
      "all of it to be read",
      () => `${next.letters.letters.size} ${next.messages().length}`,
    );
    isWhole(next, all);
  }, 60_000);

  it("has the newest mails in its book before the server says which ones are of the last days, and reads on if it never does", async () => {
    const all = deliver(30, "Old");
    const lists: string[] = [];
    wire.cutWhenSaid = (text) => {
      if (/UID FETCH/.test(text)) lists.push(text);
      if (/UID SEARCH/.test(text)) wire.freeze();
      return false;
    };
    const opened = open({ days: 7 });
    await until(() => opened.letters.letters.size === 30, 10_000, "the newest to be in the book");
    expect(opened.messages()).toEqual([]);
    // What nobody reads is not asked for.
    expect(lists).toEqual([expect.not.stringContaining("MODSEQ")]);
    const values = new Map(opened.values);
    await opened.close();
    wire.cutWhenSaid = () => false;
    wire.thaw();
    const next = openBox(mailAccount(wire, { days: 7 }), { timing: QUICK, letters: opened.letters, values });
    box = next;
    next.keepOpen();
    await hears(next, 30);
    isWhole(next, all);
    await until(() => next.state()?.sentence === `Receives the mail of ${BOX}.`, 10_000, "the scan to be over");
    expect(next.states.map(({ sentence }) => sentence)).toContain(
      `Receives the mail of ${BOX}. Looks through 30 mails of the last 7 days: 0 done.`,
    );
  });

  it("reads all of the last days where the server's days begin half a day before ours", async () => {
    const far = await startDovecot({ timeZone: "Pacific/Auckland", capability: COMMON });
    try {
      const dayMs = 86_400_000;
      const today = Math.floor(Date.now() / dayMs) * dayMs;
      // Late in the evening before the first day: it is that day there already.
      const came = new Date(today - 7 * dayMs - 3_600_000);
      far.deliver(BOX, mail({ id: "evening", text: "In the evening" }), "", came);
      far.deliver(BOX, mail({ id: "last", text: "The last one" }));
      const opened = openBox(mailAccount(far, { days: 7 }), { timing: QUICK });
      box = opened;
      await hears(opened, 2);
      expect(texts(opened).toSorted()).toEqual(["In the evening", "The last one"]);
      await opened.close();
    } finally {
      await far.stop();
    }
  });

  it("takes no mail for a new one when the server numbers all of them anew", async () => {
    const before = deliver(30, "Known");
    const opened = open();
    await hears(opened, 30);
    const validity = () => [...opened.letters.letters.values()][0]?.place.validity;
    const first = validity();
    const connected = Date.now();
    await server.stopServer();
    server.renumber(BOX);
    // Servers know to the second when a mail came.
    await until(() => Date.now() > connected + 1_000, 5_000, "the next second");
    const between = deliver(1, "Between");
    await server.startServer();
    await hears(opened, 31);
    await until(() => validity() !== first, 10_000, "the new numbers to be seen");
    const after = deliver(1, "After");
    await hears(opened, 32);
    isWhole(opened, [...before, ...between, ...after]);
    // It is found among those that were there before, and came after the box was connected.
    const news = [...opened.letters.letters.values()].filter(({ history }) => !history).map(({ id }) => id);
    expect(news).toHaveLength(2);
  });

  it("waits for the store, and for the book, and says so", async () => {
    const opened = open();
    await becomes(opened, "connected");
    opened.broken = true;
    const all = deliver(2, "Waiting");
    await until(() => /cannot be stored/.test(opened.state()?.sentence ?? ""), 10_000, "the trouble to be told");
    opened.broken = false;
    opened.letters.broken = true;
    await until(() => opened.letters.broken, 1_000, "the book to be away");
    opened.letters.broken = false;
    await hears(opened, 2);
    isWhole(opened, all);
    await until(() => opened.state()?.sentence === `Receives the mail of ${BOX}.`, 10_000, "all to be well");
  });

  it("passes over a mail that ends the connection each time, and reads the others", async () => {
    const all = deliver(5, "Mail");
    wire.cutWhenSaid = (text) => /UID FETCH 3 \(/.test(text);
    const opened = open();
    await hears(opened, 4);
    await until(
      () => [...opened.letters.letters.values()].every(({ state }) => state !== "pending"),
      20_000,
      "the poison to be passed over",
      () => JSON.stringify([...opened.letters.letters.values()].map(({ id, state }) => [id, state])),
    );
    isWhole(
      opened,
      all.filter((text) => text !== "Mail 3"),
    );
    expect(opened.letters.letters.get("<Mail-3@example.com>")?.state).toEqual({
      passed: "It could not be read in five tries.",
    });
  }, 60_000);

  it("passes over a mail that cannot even be listed", async () => {
    deliver(9, "Mail");
    // Whatever range has the fifth in it.
    wire.cutWhenSaid = (text) => {
      const range = /UID FETCH ([\d:,*]+) \(UID INTERNALDATE/.exec(text)?.[1] ?? "";
      return range.split(",").some((part) => {
        const [from = 0, to = from] = part.split(":").map(Number);
        return from <= 5 && 5 <= to;
      });
    };
    const opened = open();
    await hears(opened, 8);
    expect(texts(opened)).not.toContain("Mail 5");
    expect(opened.letters.letters.has("<Mail-5@example.com>")).toBe(false);
  }, 60_000);

  it("is not stopped by mails that break every rule", async () => {
    const broken = [
      "",
      "\n\n\n",
      "no header at all\njust text",
      "From: \nTo: undisclosed\nSubject: =?broken?Q?=ZZ\n\nx",
      `From: a@example.com\nTo: ${BOX}\nContent-Type: multipart/mixed\n\n--never--`,
      `From: a@example.com\nTo: ${BOX}\nContent-Type: text/plain; charset=nonsense\nContent-Transfer-Encoding: base64\n\n!!!`,
      `From: a@example.com\nReferences: ${"<x".repeat(5_000)}\nMessage-ID: \n\nlong`,
      `From: a@example.com\nSubject: ${"long ".repeat(20_000)}\n\nx`,
      "From: a@example.com\nDate: never\n\0\0\0\n\n\0binary\u0001",
    ];
    const opened = open();
    await becomes(opened, "connected");
    for (const one of broken) server.deliver(BOX, one);
    server.deliver(BOX, mail({ id: "good", text: "Good" }));
    await until(
      () => texts(opened).includes("Good"),
      20_000,
      "the good one",
      () => JSON.stringify(opened.states),
    );
    await until(
      () => [...opened.letters.letters.values()].every(({ state }) => state !== "pending"),
      20_000,
      "all of them to be dealt with",
      () => JSON.stringify([...opened.letters.letters.values()].map(({ id, state }) => [id, state])),
    );
    expect(texts(opened)).toContain("Good");
    expect(opened.states.filter(({ kind }) => kind === "transient-disconnect")).toEqual([]);
  });

  it("says what to do when the password is not taken, and tries one that worked once more", async () => {
    const wrong = openBox(mailAccount(server, { password: "mistyped" }));
    await wrong.session.closed;
    expect(wrong.state()).toEqual({
      kind: "bad-credentials",
      sentence: `127.0.0.1 did not take the user name ${BOX} with this password. Check both; some providers want a password made for mail programs, or IMAP to be allowed in the box's settings first.`,
    });
    const opened = openBox(mailAccount(server));
    await becomes(opened, "connected");
    await opened.close();
    const changed = { ...opened.account, credentials: { password: "changed" } };
    const once = openBox(changed, { values: opened.values });
    await once.session.closed;
    expect(once.state()).toMatchObject({
      kind: "transient-disconnect",
      sentence: expect.stringContaining("once more"),
    });
    const twice = openBox(changed, { values: once.values });
    await twice.session.closed;
    expect(twice.state()?.kind).toBe("bad-credentials");
  });

  it("speaks to no server without encryption or at a private address that nobody has allowed, and trusts no unknown certificate", async () => {
    const closedBox = openBox(mailAccount(server), { mailPrivateHosts: [] });
    await closedBox.session.closed;
    expect(closedBox.state()).toMatchObject({
      kind: "failed",
      sentence: expect.stringContaining("MAIL_PRIVATE_HOSTS"),
    });
    const named = openBox(mailAccount(server, { imapHost: "localhost", imapSecurity: "tls" }), {
      mailPrivateHosts: [],
    });
    await named.session.closed;
    expect(named.state()).toMatchObject({ kind: "failed", sentence: expect.stringContaining("MAIL_PRIVATE_HOSTS") });
    const sealed = await startDovecot({ tls: true });
    try {
      const unknown = openBox(mailAccount(sealed, { imapHost: "localhost", imapSecurity: "tls" }), {
        mailPrivateHosts: ["localhost"],
      });
      await unknown.session.closed;
      expect(unknown.state()).toMatchObject({
        kind: "failed",
        sentence: expect.stringMatching(/no safe connection.*SELF_SIGNED/),
      });
    } finally {
      await sealed.stop();
    }
  });

  it("says that a server is not there, and looks for it again", async () => {
    await wire.close();
    const opened = openBox(mailAccount(wire));
    await opened.session.closed;
    expect(opened.state()).toMatchObject({
      kind: "transient-disconnect",
      sentence: expect.stringContaining("cannot be reached"),
    });
    wire = await startWire(server.port);
  });
});
