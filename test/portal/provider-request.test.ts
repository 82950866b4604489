import { describe, expect, it } from "vitest";
import { parseProviderRequest } from "../../src/portal/provider-request.ts";

const body = {
  ...{ module_id: "crm", type: "SMS", code: "threadline_1", message_id: "65575980", ts: "1742895600" },
  bindings: [
    { OWNER_TYPE_ID: "3", OWNER_ID: "123" },
    { OWNER_TYPE_ID: "2", OWNER_ID: "77" },
  ],
  properties: { phone_number: "+19990000000", message_text: "Your code: 1234" },
  ...{ message_to: "+19990000000", message_body: "Your code: 1234" },
  auth: { member_id: "m1", application_token: "t1", user_id: "5", domain: "p.example" },
};
const request = {
  ...{ memberId: "m1", applicationToken: "t1", code: "threadline_1", messageKey: "65575980" },
  ...{ phone: "+19990000000", text: "Your code: 1234" },
};
const read = (more: object) => parseProviderRequest({ ...body, ...more });

describe("what a portal gives to a message provider", () => {
  it("is an employee's where the portal names one, and belongs to the weightiest card", () => {
    expect(read({})).toEqual({
      kind: "request",
      request: { ...request, authorId: "5", card: { type: "deal", id: "77" } },
    });
    expect(
      read({ bindings: { 0: { OWNER_TYPE_ID: 1, OWNER_ID: 98 } }, auth: { ...body.auth, user_id: undefined } }),
    ).toEqual({
      kind: "request",
      request: { ...request, card: { type: "lead", id: "98" } },
    });
  });

  it("is nobody's where a workflow sends it, whoever set it off, and belongs to its document", () => {
    const { bindings: _, ...rest } = body;
    const workflow = { ...rest, module_id: "bizproc", document_id: ["crm", "CCrmDocumentDeal", "DEAL_77"] };
    expect(parseProviderRequest(workflow)).toEqual({
      kind: "request",
      request: { ...request, card: { type: "deal", id: "77" } },
    });
    const other = { ...workflow, document_id: ["lists", "BizprocDocument", "12"] };
    expect(parseProviderRequest(other)).toEqual({ kind: "request", request });
  });

  it("is nothing without what it needs, and takes no harm from the rest", () => {
    for (const missing of ["code", "message_id", "message_to", "message_body", "auth"])
      expect(read({ [missing]: undefined }).kind).toBe("malformed");
    expect(read({ auth: { member_id: "m1" } }).kind).toBe("malformed");
    const odd = read({ bindings: "x", ts: "soon", auth: { ...body.auth, user_id: "0; drop" } });
    expect(odd).toEqual({ kind: "request", request });
    expect(read({ bindings: [{ OWNER_TYPE_ID: 31, OWNER_ID: 4 }, null] })).toMatchObject({
      request: { authorId: "5" },
    });
  });
});
