/** The card of a deal, lead, contact or company: header, stages, fields, timeline, and the tabs that apps bound. */
import { AppFrame } from "./app-frame.js";
import { chatOfItem, companyTitle, contactName, fullName, multiField, stagesOf } from "./crm.js";
import { Avatar, ago, ChannelIcon, Icon, money, RichText } from "./parts.js";
import { ask, go, openCard, store, tell, userOf } from "./store.js";

const kinds = {
  lead: { typeId: 1, list: "leads", title: "Lead", code: "CRM_LEAD_DETAIL_TAB", stages: "STATUS" },
  deal: { typeId: 2, list: "deals", title: "Deal", code: "CRM_DEAL_DETAIL_TAB", stages: "DEAL_STAGE" },
  contact: { typeId: 3, list: "contacts", title: "Contact", code: "CRM_CONTACT_DETAIL_TAB" },
  company: { typeId: 4, list: "companies", title: "Company", code: "CRM_COMPANY_DETAIL_TAB" },
};

const StageBar = {
  props: ["kind", "item"],
  computed: {
    stages() {
      const category = Number(this.item.categoryId ?? 0);
      return stagesOf(category > 0 ? `${this.kind.stages}_${category}` : this.kind.stages);
    },
    at() {
      return this.stages.findIndex((stage) => stage.statusId === this.item.stageId);
    },
  },
  methods: {
    async move(stage) {
      try {
        const where = { entityTypeId: this.kind.typeId, id: this.item.id, stageId: stage.statusId };
        await ask("stage", { userId: store.userId, ...where });
      } catch (error) {
        tell(error instanceof Error ? error.message : String(error));
      }
    },
    isPassed(place) {
      return this.stages[this.at]?.semantics === "F" ? place === this.at : place <= this.at;
    },
  },
  template: `
    <div class="stages" role="group" aria-label="Stage">
      <button v-for="(stage, place) in stages" :key="stage.statusId" type="button" :class="{ 'is-passed': isPassed(place) }"
        :aria-pressed="place === at" :style="{ '--stage': stages[at]?.color }" @click="move(stage)">{{ stage.name }}</button>
    </div>`,
};

const Timeline = {
  props: ["type", "kind", "item"],
  components: { Avatar, ChannelIcon, Icon, RichText },
  computed: {
    entries() {
      const { activities, comments } = store.state.crm;
      const { id, createdTime } = this.item;
      const own = activities.filter(
        (activity) => Number(activity.OWNER_ID) === id && Number(activity.OWNER_TYPE_ID) === this.kind.typeId,
      );
      const rows = [
        ...own.map((activity) => ({
          key: `a${activity.ID}`,
          at: Date.parse(activity.CREATED),
          kind: activity.PROVIDER_ID === "IMOPENLINES_SESSION" ? "chat" : "activity",
          title: activity.SUBJECT,
          text: activity.DESCRIPTION ?? "",
          who: userOf(Number(activity.RESPONSIBLE_ID))?.name ?? "",
        })),
        ...comments
          .filter((comment) => Number(comment.entityId) === id && comment.entityType === this.type)
          .map((comment) => ({
            key: `c${comment.id}`,
            at: comment.createdAt,
            kind: "comment",
            title: "Comment",
            text: comment.text,
            who: userOf(comment.authorId)?.name ?? "Threadline",
          })),
        {
          key: "created",
          at: Date.parse(createdTime),
          kind: "created",
          title: `${this.kind.title} created`,
          text: "",
          who: userOf(Number(this.item.createdBy))?.name ?? "",
        },
      ];
      return rows.toSorted((a, b) => b.at - a.at);
    },
    chat() {
      return chatOfItem(this.type, this.item.id);
    },
    now() {
      return store.now;
    },
  },
  methods: {
    ago,
    icon: (kind) => ({ chat: "chats", activity: "mail", comment: "comment", created: "star" })[kind],
  },
  emits: ["chat"],
  template: `
    <ol class="timeline">
      <li v-for="entry in entries" :key="entry.key" :class="'is-' + entry.kind">
        <span class="timeline-mark"><icon :name="icon(entry.kind)" /></span>
        <div class="timeline-entry">
          <header><b>{{ entry.kind === 'chat' && chat ? 'Chat · ' + chat.connectorName : entry.title }}</b><time>{{ ago(entry.at, now) }}</time></header>
          <template v-if="entry.kind === 'chat' && chat">
            <p v-for="message in chat.messages.filter((one) => !one.deleted && one.text).slice(-2)" :key="message.id" class="timeline-quote">
              <b>{{ message.author || 'System' }}</b> <rich-text :text="message.text" />
            </p>
            <button type="button" class="button" @click="$emit('chat', chat)">Open chat</button>
          </template>
          <p v-else-if="entry.text"><rich-text :text="entry.text" /></p>
          <footer v-if="entry.who"><avatar :name="entry.who" :size="20" />{{ entry.who }}</footer>
        </div>
      </li>
    </ol>`,
};

export const CardSlider = {
  props: { slider: { type: Object, required: true } },
  emits: ["close"],
  components: { AppFrame, Avatar, ChannelIcon, Icon, StageBar, Timeline },
  data: () => ({ tab: "general", opened: [] }),
  computed: {
    kind() {
      return kinds[this.slider.type];
    },
    item() {
      return store.state.crm[this.kind.list].find((item) => item.id === this.slider.id);
    },
    title() {
      return this.item.title && this.slider.type !== "contact"
        ? this.item.title
        : fullName({ ...this.item, title: "" });
    },
    tabs() {
      return store.state.placements.filter((binding) => binding.placement === this.kind.code);
    },
    chat() {
      return chatOfItem(this.slider.type, this.slider.id);
    },
    fields() {
      const { item } = this;
      const source = store.state.crm.sources.find((one) => one.statusId === item.sourceId)?.name ?? "";
      const rows = [
        ["Amount", money(item)],
        ["Name", this.slider.type === "deal" ? "" : fullName({ ...item, title: "" }).replace(/^#.*/, "")],
        ["Position", item.post],
        ["Phone", multiField(item, "PHONE").join(", ")],
        ["E-mail", multiField(item, "EMAIL").join(", ")],
        ["Source", source],
        ["Comment", item.comments],
      ];
      return rows.filter(([, value]) => value);
    },
    links() {
      const { item } = this;
      const companyId = Number(item.companyId ?? 0);
      const contactId = Number(item.contactId ?? 0);
      return [
        ...(contactId > 0 ? [{ type: "contact", id: contactId, label: "Contact", name: contactName(contactId) }] : []),
        ...(companyId > 0 ? [{ type: "company", id: companyId, label: "Company", name: companyTitle(companyId) }] : []),
      ];
    },
    responsible() {
      return userOf(Number(this.item.assignedById))?.name ?? "";
    },
    viewerId() {
      return store.userId;
    },
  },
  methods: {
    money,
    openCard,
    show(tab) {
      this.tab = tab;
      // A frame once opened stays, so that going back and forth loses nothing in it.
      if (typeof tab === "number" && !this.opened.includes(tab)) this.opened.push(tab);
    },
    target(binding) {
      return {
        kind: "placement",
        code: binding.placement,
        bindingId: binding.id,
        options: { ID: String(this.slider.id) },
      };
    },
    openChat(chat) {
      this.$emit("close");
      go(`chats/${chat.id}`);
    },
  },
  created() {
    if (this.slider.tab === "app" && this.tabs[0]) this.show(this.tabs[0].id);
  },
  template: `
    <div class="card" v-if="item">
      <header class="card-head">
        <div class="card-title">
          <h1>{{ title }}</h1>
          <p>{{ kind.title }} #{{ item.id }}<template v-if="money(item)"> · {{ money(item) }}</template></p>
        </div>
        <button v-if="chat" type="button" class="button" @click="openChat(chat)"><channel-icon :src="chat.icon" :name="chat.connectorName" />Open chat</button>
      </header>
      <stage-bar v-if="kind.stages" :kind="kind" :item="item" />
      <nav class="tabs" role="tablist">
        <button type="button" role="tab" :aria-selected="tab === 'general'" @click="show('general')">General</button>
        <button v-for="binding in tabs" :key="binding.id" type="button" role="tab" :aria-selected="tab === binding.id" @click="show(binding.id)">{{ binding.title || 'Application' }}</button>
      </nav>
      <div v-show="tab === 'general'" class="card-body">
        <div class="panel card-fields">
          <h2>About the {{ kind.title.toLowerCase() }}</h2>
          <dl>
            <template v-for="[name, value] in fields" :key="name"><dt>{{ name }}</dt><dd>{{ value }}</dd></template>
            <template v-for="link in links" :key="link.type"><dt>{{ link.label }}</dt><dd><button type="button" class="link name-cell" @click="openCard(link.type, link.id)"><avatar :name="link.name" :size="24" />{{ link.name }}</button></dd></template>
            <dt>Responsible</dt><dd class="name-cell"><avatar :name="responsible" :size="24" />{{ responsible }}</dd>
          </dl>
        </div>
        <timeline :type="slider.type" :kind="kind" :item="item" @chat="openChat" />
      </div>
      <template v-for="binding in tabs" :key="binding.id">
        <div v-if="opened.includes(binding.id)" v-show="tab === binding.id" class="panel card-app">
          <app-frame :key="viewerId" :target="target(binding)" :label="binding.title || 'Application'" @close="$emit('close')" />
        </div>
      </template>
    </div>
    <p v-else class="empty">This card does not exist.</p>`,
};
