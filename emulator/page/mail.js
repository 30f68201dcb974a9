// Caught mail: the envelope in the head of a chat, and the panel with the list and one message.
import { el, iconButton } from "./dom.js";
import { fileRow } from "./files.js";
import { dateOf, say, timeOf } from "./words.js";

const LINK = /https?:\/\/[^\s<>"']*[^\s<>"'.,:;!?()]/gi; // the end of a sentence is no part of it

export class Mailbox {
  // `follow(url, event)` may keep a link on this page.
  constructor(follow) {
    this.follow = follow;
    this.address = null;
    this.messages = [];
    this.shown = null; // the id of the message that is read
    this.box = el("dialog", { class: "mailbox", "data-role": "mailbox" });
    this.box.addEventListener("click", (event) => event.target === this.box && this.box.close());
    document.getElementById("dialogs").append(this.box);
  }

  take({ address, messages }) {
    this.address = address;
    this.messages = messages;
    this.show();
  }

  add(mail) {
    this.messages.push(mail);
    this.show();
  }

  show() {
    for (const face of document.querySelectorAll("[data-role=mail]")) this.label(face);
    if (this.box.open && this.shown === null) this.list();
  }

  face() {
    const face = iconButton("mail", "", "mail", () => this.open());
    face.classList.add("mail");
    face.append(el("small", { "aria-hidden": "true" }));
    this.label(face);
    return face;
  }

  label(face) {
    const name = `${say("mail")} (${this.messages.length})`;
    face.setAttribute("aria-label", name);
    face.title = name;
    face.lastChild.textContent = this.messages.length || "";
    face.hidden = !this.address && !this.messages.length;
  }

  open() {
    this.shown = null;
    this.list();
    this.box.showModal();
    (this.box.querySelector("[data-role=mail-item]") || this.box.querySelector("[data-role=mailbox-close]")).focus();
  }

  frame(title, before, ...content) {
    this.box.setAttribute("aria-label", title);
    const close = iconButton("close", say("close"), "mailbox-close", () => this.box.close());
    const head = el("header", {}, before, el("h2", {}, title), close);
    this.box.replaceChildren(head, el("div", { class: "mail-body" }, ...content));
  }

  list() {
    const focused = document.activeElement?.dataset.mailId;
    const items = this.messages.toReversed().map((mail) => el("li", {}, el("button", {
      type: "button", "data-role": "mail-item", "data-mail-id": mail.id, on: { click: () => this.read(mail) },
    }, el("b", {}, mail.subject || say("noSubject")), el("span", {}, mail.to.join(", ")), el("time", {}, `${dateOf(mail.at)}, ${timeOf(mail.at)}`))));
    const hint = el("p", { class: "hint" }, items.length ? "" : say("noMail"), this.address ? ` ${say("mailAddress")}: ${this.address}` : "");
    this.frame(`${say("mail")} (${this.messages.length})`, null, el("ul", {}, ...items), hint);
    if (focused) this.box.querySelector(`[data-mail-id="${focused}"]`)?.focus();
  }

  read(mail) {
    this.shown = mail.id;
    const back = iconButton("back", say("backToMail"), "mail-back", () => {
      this.shown = null;
      this.list();
      this.box.querySelector(`[data-mail-id="${mail.id}"]`).focus();
    });
    const line = (word, text) => el("div", {}, el("dt", {}, say(word)), el("dd", {}, text));
    const head = el("dl", {}, line("mailFrom", mail.from), line("mailTo", mail.to.join(", ")), line("mailAt", `${dateOf(mail.at)}, ${timeOf(mail.at)}`));
    const files = mail.attachments.map((file, index) => (file.inline ? null : this.attachment(mail, file, index))).filter(Boolean);
    const papers = files.length ? el("div", { class: "papers", role: "group", "aria-label": say("attachments") }, ...files) : null;
    this.frame(mail.subject || say("noSubject"), back, head, ...this.bodies(mail), papers || "");
    back.focus();
  }

  // The HTML first, where there is one; the text is then folded away below.
  bodies(mail) {
    const text = el("div", { class: "letter", "data-role": "mail-text", dir: "auto" }, ...this.linked(mail.text));
    if (!mail.html) return [text];
    const sandbox = "allow-popups allow-popups-to-escape-sandbox";
    const page = el("iframe", { src: `/control/mail/${mail.id}`, sandbox, title: mail.subject || say("noSubject"), "data-role": "mail-html" });
    return mail.text ? [page, el("details", {}, el("summary", {}, say("asText")), text)] : [page];
  }

  linked(text) {
    const nodes = [];
    let position = 0;
    for (const { 0: url, index } of text.matchAll(LINK)) {
      const anchor = el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url);
      anchor.addEventListener("click", (event) => {
        this.follow(url, event);
        if (event.defaultPrevented) this.box.close();
      });
      nodes.push(text.slice(position, index), anchor);
      position = index + url.length;
    }
    return [...nodes, text.slice(position)];
  }

  attachment(mail, file, index) {
    return fileRow({ ...file, address: `/control/mail/${mail.id}/${index}`, role: "mail-attachment" });
  }
}
