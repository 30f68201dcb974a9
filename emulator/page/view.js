// One open chat: header, log, reply keyboard, composer.
import { avatar, el, icon, iconButton } from "./dom.js";
import { bubble } from "./bubble.js";
import { dayOf, say } from "./words.js";

const TYPING_MS = 5500;
const NEAR_PX = 120;
const DOING = {
  upload_photo: "sendsPhoto", upload_document: "sendsFile", find_location: "sendsPlace", choose_sticker: "sendsSticker",
  record_voice: "sendsVoice", upload_voice: "sendsVoice",
  record_video: "sendsVideo", upload_video: "sendsVideo", record_video_note: "sendsVideo", upload_video_note: "sendsVideo",
};

export class ChatView {
  constructor(person, model) {
    this.person = person;
    this.model = model;
    this.typingUntil = 0;
    this.keyboardOpen = true;
    this.node = el("section", { class: "chat", "data-role": "chat", "data-user-id": person.id });
    this.build();
  }

  build() {
    const { model, person } = this;
    const draft = this.input?.value || "";
    this.title = el("h1");
    this.status = el("p", { class: "status", "data-role": "status" });
    this.face = el("span", { class: "face" });
    const menu = iconButton("more", say("personSettings"), "person-menu", () => model.editPerson(person.id));
    const people = iconButton("people", say("openPeople"), "open-people", model.openSide);
    people.classList.add("narrow-only");
    this.shut = iconButton("close", say("close"), "close-chat", () => model.closeChat(person.id));
    this.shut.classList.add("wide-only");
    const head = el("header", { class: "head" }, people, this.face, el("div", { class: "names" }, this.title, this.status), model.mailFace(), model.clockFace(), menu, this.shut);
    const log = { class: "log", role: "log", "aria-live": "polite", "aria-label": say("messages"), "data-role": "log", tabindex: "0" };
    this.log = el("div", log);
    this.down = iconButton("down", say("toBottom"), "to-bottom", () => this.toBottom(true));
    this.down.classList.add("to-bottom");
    this.log.addEventListener("scroll", () => this.down.classList.toggle("shown", !this.nearBottom(300)));
    this.toasts = el("div", { class: "toasts", role: "status", "aria-live": "assertive" });
    this.foot = el("footer", { class: "foot" });
    this.composer = this.buildComposer(draft);
    const run = () => (this.model.link() ? this.model.openLink(person.id) : this.model.act("start", person.id));
    const attributes = { type: "button", class: "big", "data-role": "start", "aria-describedby": `link-as-${person.id}` };
    this.start = el("button", { ...attributes, on: { click: run } });
    this.keyboard = el("div", { class: "reply-keyboard", role: "group", "aria-label": say("keyboard"), "data-role": "reply-keyboard" });
    this.node.replaceChildren(head, el("div", { class: "middle" }, this.log, this.down, this.toasts), this.foot);
    this.renderLog();
    this.renderHead();
    this.renderFoot();
  }

  buildComposer(draft) {
    this.input = el("textarea", {
      rows: "1", placeholder: say("message"), "aria-label": say("message"), "data-role": "composer", enterkeyhint: "send", dir: "auto",
    });
    this.input.value = draft;
    this.input.addEventListener("input", () => { this.fitInput(); this.suggest(); });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.submit();
      }
      if (event.key === "Escape" && !this.suggestions.hidden) {
        event.stopPropagation();
        this.suggestions.replaceChildren();
        this.suggestions.hidden = true;
      }
    });
    this.attach = iconButton("attach", say("attach"), "attach", () => this.toggleMenu(this.attach, this.attachItems()));
    this.attach.setAttribute("aria-haspopup", "menu");
    this.slash = iconButton("commands", say("commands"), "commands", () => this.toggleMenu(this.slash, this.commandItems()));
    this.slash.setAttribute("aria-haspopup", "menu");
    this.toggle = iconButton("keyboard", say("keyboard"), "toggle-keyboard", () => {
      this.keyboardOpen = !this.keyboardOpen;
      this.renderFoot();
    });
    const send = iconButton("send", say("send"), "send", () => this.submit());
    send.classList.add("send");
    this.suggestions = el("div", { class: "suggestions", role: "group", "aria-label": say("commands"), "data-role": "suggestions", hidden: true });
    return el("div", { class: "composer" }, this.suggestions, this.attach, this.slash, this.input, this.toggle, send);
  }

  get fullName() {
    return [this.person.first_name, this.person.last_name].filter(Boolean).join(" ");
  }

  get chat() {
    return this.model.chat(this.person.id);
  }

  fitInput() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 140)}px`;
  }

  submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.fitInput();
    this.suggest();
    this.model.act("say", this.person.id, { text });
  }

  // Commands that begin with what stands after the slash; Tab or a press takes one.
  suggest() {
    const typed = this.input.value;
    const fitting = /^\/\w*$/.test(typed) ? this.commands().filter(({ command }) => `/${command}`.startsWith(typed)) : [];
    this.suggestions.replaceChildren(...fitting.map((each) => this.commandButton(each)));
    this.suggestions.hidden = !fitting.length;
  }

  // What the bot says in this person's language, else in the one for everybody: Telegram chooses so.
  inTheirLanguage(texts) {
    return texts?.[this.person.language_code?.split("-")[0]] || texts?.[""];
  }

  // Telegram's order: this very chat, all private chats, everywhere; each in the person's language before the one for all.
  commands() {
    const language = this.person.language_code?.split("-")[0] || "";
    const lists = this.model.bot()?.commands || [];
    for (const type of ["chat", "all_private_chats", "default"]) {
      for (const code of [language, ""]) {
        const found = lists.find((each) => each.scope.type === type && each.language === code
          && (type !== "chat" || String(each.scope.chat_id) === String(this.person.id)));
        if (found) return found.commands;
      }
    }
    return [];
  }

  commandButton({ command, description }, attributes = {}) {
    const run = () => {
      if (this.menu) this.closeMenu();
      this.input.value = "";
      this.suggest();
      this.model.act("say", this.person.id, { text: `/${command}` });
    };
    return el("button", { type: "button", "data-role": "command", dir: "auto", ...attributes, on: { click: run } }, el("b", {}, `/${command}`), el("span", {}, description));
  }

  commandItems() {
    return this.commands().map((each) => this.commandButton(each, { role: "menuitem" }));
  }

  attachItems() {
    const item = (name, run) => el("button", {
      type: "button", role: "menuitem", "data-role": `attach-${name}`, on: { click: () => { this.closeMenu(); run(); } },
    }, icon(name), el("span", {}, say(name)));
    const plain = (name) => item(name, () => this.model.act(name, this.person.id));
    return [
      item("contact", () => this.model.askContact(this.person.id)),
      item("location", () => this.model.askLocation(this.person.id)),
      item("photo", () => this.model.sendFile(this.person.id, "photo")),
      item("file", () => this.model.sendFile(this.person.id, "document")),
      plain("voice"), plain("sticker"),
    ];
  }

  // `opener`: the button that the menu belongs to.
  toggleMenu(opener, items) {
    const again = this.menu && this.opener === opener;
    if (this.menu) this.closeMenu();
    if (again) return;
    this.opener = opener;
    this.menu = el("div", { class: "menu", role: "menu" }, ...items);
    this.menu.addEventListener("keydown", (event) => this.walkMenu(event));
    this.composer.append(this.menu);
    this.menu.firstChild.focus();
    this.onOutside = (event) => !this.menu?.contains(event.target) && !opener.contains(event.target) && this.closeMenu();
    document.addEventListener("pointerdown", this.onOutside);
  }

  // As in any menu: arrows walk, Home and End leap, Esc and Tab leave.
  walkMenu(event) {
    const items = [...this.menu.children];
    const now = items.indexOf(document.activeElement);
    const places = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 };
    if (event.key in places) {
      event.preventDefault();
      items.at(places[event.key] % items.length).focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      this.closeMenu();
    }
  }

  closeMenu() {
    this.menu?.remove();
    this.menu = null;
    document.removeEventListener("pointerdown", this.onOutside);
    this.opener.focus();
  }

  renderHead() {
    const bot = this.model.bot();
    const name = bot?.name || say("bot");
    this.title.textContent = name;
    this.face.replaceChildren(avatar(name, bot?.id || 0));
    this.node.setAttribute("aria-label", `${say("chatWith")}: ${this.person.first_name}`);
    const typing = Date.now() < this.typingUntil;
    const state = !this.model.alive ? "lost" : !bot?.connected ? "offline" : typing ? "typing" : "online";
    const armed = this.model.armed() ? ` · ${say("armedShort")}: ${this.model.armed()}` : "";
    this.status.textContent = state === "online" ? `${say("online")} · ${this.fullName}${armed}` : say(typing ? this.doing : state);
    this.status.dataset.state = state;
    this.empty?.replaceWith(this.emptyCard());
  }

  renderLog() {
    // What was read before is not read out again.
    this.log.setAttribute("aria-live", "off");
    requestAnimationFrame(() => this.log.setAttribute("aria-live", "polite"));
    this.log.replaceChildren();
    this.empty = null;
    this.lastDay = null;
    for (const message of this.chat.messages.values()) this.append(message);
    if (!this.log.children.length) this.log.append(this.emptyCard());
    this.toBottom();
  }

  emptyCard() {
    const bot = this.model.bot();
    const hint = !bot?.connected ? say("emptyOffline") : this.inTheirLanguage(bot.descriptions) || say("emptyHint");
    this.empty = el("div", { class: "empty", "data-role": "empty" }, el("b", {}, say("emptyTitle")), el("p", {}, hint));
    return this.empty;
  }

  append(message, fresh = false) {
    if (message.deleted && !this.model.showsDeleted()) return;
    this.empty?.remove();
    this.empty = null;
    const day = dayOf(message.date, this.model.now());
    if (day !== this.lastDay) this.log.append(el("div", { class: "day" }, el("span", {}, day)));
    this.lastDay = day;
    const node = bubble(message, this.actions());
    node.classList.toggle("new", fresh);
    this.log.append(node);
  }

  actions() {
    return {
      send: (text) => this.model.act("say", this.person.id, { text }),
      press: (messageId, data) => this.model.press(this.person.id, messageId, data),
      isBusy: (messageId, data) => this.chat.busy.has(`${messageId}:${data}`),
      follow: (url, event) => this.model.follow(this.person.id, url, event),
      copy: async (text) => {
        await navigator.clipboard.writeText(text);
        this.toast(say("copied"));
      },
    };
  }

  upsert(message) {
    const old = this.log.querySelector(`[data-message-id="${message.message_id}"]`);
    const stay = !this.nearBottom() && message.by_bot;
    if (old) {
      const { callback, role } = old.contains(document.activeElement) ? document.activeElement.dataset : {};
      const fresh = bubble(message, this.actions());
      old.replaceWith(fresh);
      if (callback) fresh.querySelector(`[data-callback="${CSS.escape(callback)}"]`)?.focus();
      else if (role === "photo" || role === "document") fresh.querySelector(`[data-role="${role}"]`)?.focus();
    } else {
      this.append(message, true);
      if (message.by_bot) this.typing(0);
    }
    if (!stay) this.toBottom();
  }

  // Leaves a mark in its place, where these are wanted.
  remove(message) {
    const node = this.log.querySelector(`[data-message-id="${message.message_id}"]`);
    if (!node) return;
    const focused = node.contains(document.activeElement);
    if (this.model.showsDeleted()) node.replaceWith(bubble(message, this.actions()));
    else node.remove();
    if (focused) this.log.focus();
  }

  markBusy() {
    for (const button of this.log.querySelectorAll("[data-callback]")) {
      const id = button.closest("[data-message-id]").dataset.messageId;
      if (this.chat.busy.has(`${id}:${button.dataset.callback}`)) button.setAttribute("aria-busy", "true");
      else button.removeAttribute("aria-busy");
    }
  }

  typing(ms = TYPING_MS, action = "typing") {
    this.doing = DOING[action] || "typing";
    this.typingUntil = Date.now() + ms;
    this.renderHead();
    clearTimeout(this.typingTimer);
    if (ms) this.typingTimer = setTimeout(() => this.renderHead(), ms + 50);
  }

  toast(text) {
    const node = el("div", { class: "toast", "data-role": "toast" }, text);
    this.toasts.append(node);
    setTimeout(() => node.remove(), 3500 + text.length * 40);
  }

  nearBottom(px = NEAR_PX) {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < px;
  }

  toBottom(smooth = false) {
    requestAnimationFrame(() => this.log.scrollTo({ top: this.log.scrollHeight, behavior: smooth ? "smooth" : "instant" }));
  }

  renderFoot() {
    const { chat } = this;
    this.start.textContent = say(chat.blocked ? "restart" : "start");
    if (this.model.link()) return this.fillFoot(this.linkBar(), this.start);
    if (chat.blocked || !chat.started) return this.fillFoot(this.start);
    this.slash.hidden = !this.commandItems().length;
    const rows = chat.keyboard?.markup.keyboard || [];
    this.toggle.hidden = !rows.length;
    const open = rows.length && this.keyboardOpen && !chat.keyboard.hidden;
    this.toggle.setAttribute("aria-expanded", open ? "true" : "false");
    this.input.placeholder = chat.keyboard?.markup.input_field_placeholder || say("message");
    this.keyboard.replaceChildren(...rows.map((row) => el("div", { class: "row" }, ...row.map((button) => this.replyButton(button)))));
    const focused = document.activeElement === this.input;
    if (this.composer.parentNode !== this.foot) this.foot.replaceChildren(this.composer, this.keyboard);
    this.keyboard.hidden = !open;
    if (focused) this.input.focus();
    return this.toBottom();
  }

  // A button that leaves the page, if only to return at once, loses the press that is under way; so START stays.
  fillFoot(...nodes) {
    const bar = this.foot.querySelector(".link-bar");
    if (this.start.parentNode !== this.foot || this.foot.lastChild !== this.start) return this.foot.replaceChildren(...nodes);
    bar?.remove();
    this.start.before(...nodes.slice(0, -1));
    return null;
  }

  // Who opens the link that waits; another person is chosen among the people.
  linkBar() {
    const other = el("button", { type: "button", class: "other narrow-only", "data-role": "other-person", on: { click: this.model.openSide } }, say("someone"));
    const drop = iconButton("close", say("dropLink"), "drop-link", this.model.dropLink);
    return el("div", { class: "link-bar", "data-role": "link-bar" }, el("p", { id: `link-as-${this.person.id}` }, el("small", {}, say("linkAs")), " ", el("b", {}, this.fullName)), other, drop);
  }

  replyButton(button) {
    const kind = button.request_contact ? "contact" : button.request_location ? "location" : "";
    const run = () => {
      if (kind === "contact") this.model.confirmContact(this.person.id);
      else if (kind === "location") this.model.askLocation(this.person.id);
      else this.model.act("say", this.person.id, { text: button.text });
    };
    const attributes = { type: "button", "data-role": "reply-button", "data-request": kind || undefined, dir: "auto" };
    return el("button", { ...attributes, on: { click: run } }, kind ? icon(kind) : null, el("span", {}, button.text));
  }

  showKeyboard() {
    this.keyboardOpen = true;
    this.renderFoot();
  }
}
