// One message as a bubble, with its inline keyboard below.
import { el, icon } from "./dom.js";
import { paper, photo } from "./files.js";
import { say, timeOf } from "./words.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote", spoiler: "span",
  text_link: "a", url: "a", bot_command: "a",
};
const BLOCKS = new Set(["PRE", "BLOCKQUOTE"]);
const SAFE_LINK = /^(https?:|tg:|mailto:|tel:)/i;

// Offsets of entities count UTF-16 units, and so do JavaScript strings.
export function formatted(text, entities, act) {
  const known = (entities || []).filter((entity) => TAGS[entity.type]);
  const root = el("div", { class: "text", dir: "auto" });
  fill(root, text, 0, text.length, known, act);
  return root;
}

function fill(parent, text, begin, end, entities, act) {
  let position = begin;
  let rest = entities;
  while (rest.length) {
    const [entity, ...others] = rest;
    const from = Math.max(entity.offset, position);
    const to = Math.min(entity.offset + entity.length, end);
    if (to <= from) {
      rest = others;
      continue;
    }
    parent.append(text.slice(position, from));
    const node = open(entity, text.slice(from, to), act);
    fill(node, text, from, to, others.filter((other) => other.offset < to), act);
    parent.append(node);
    // A block ends its line by itself; the line break behind it would show as an empty line.
    position = BLOCKS.has(node.tagName) && text[to] === "\n" ? to + 1 : to;
    rest = others.filter((other) => other.offset + other.length > to);
  }
  parent.append(text.slice(position, end));
}

function open(entity, covered, act) {
  const node = el(TAGS[entity.type]);
  if (entity.type === "spoiler") {
    node.className = "spoiler";
    const reveal = (event) => {
      if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
      node.classList.add("shown");
      node.removeAttribute("role");
      node.removeAttribute("aria-label");
    };
    node.setAttribute("role", "button");
    node.setAttribute("tabindex", "0");
    node.setAttribute("aria-label", say("spoiler"));
    node.addEventListener("click", reveal);
    node.addEventListener("keydown", reveal);
  }
  if (entity.type === "expandable_blockquote") {
    node.className = "expandable";
    node.tabIndex = 0;
    node.title = say("more");
    const toggle = () => node.classList.toggle("open");
    node.addEventListener("click", toggle);
    node.addEventListener("keydown", (event) => event.key === "Enter" && toggle());
  }
  if (entity.type === "bot_command") {
    node.href = "#";
    node.addEventListener("click", (event) => {
      event.preventDefault();
      act.send(covered);
    });
  }
  if (entity.type === "text_link" || entity.type === "url") link(node, entity.url || covered, act);
  return node;
}

// An address without a scheme would lead to a page of this server.
const absolute = (url) => (SAFE_LINK.test(url) ? url : `http://${url}`);

function link(node, url, act) {
  const address = absolute(url);
  node.href = address;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  node.addEventListener("click", (event) => act.follow(address, event));
}

function pinCard() {
  const card = el("div", { class: "map", "aria-hidden": "true" });
  card.innerHTML = `<svg viewBox="0 0 300 120" preserveAspectRatio="xMidYMid slice">
    <rect class="land" width="300" height="120"/>
    <path class="park" d="M18 8h70v38H18zM205 74h80v40h-80z"/>
    <path class="water" d="M-5 96c60-26 95 14 150-6s60-70 165-56v26c-90-8-100 40-150 56S40 96-5 122z"/>
    <path class="road" d="M-5 62h310M110-5v130M190-5v130M-5 20l120 50M190 60l120-44"/>
    <path class="shadow" d="M150 78m-9 0a9 3 0 1 0 18 0 9 3 0 1 0-18 0"/>
    <path class="pin" d="M150 78c-13-15-20-24-20-34a20 20 0 1 1 40 0c0 10-7 19-20 34z"/>
    <circle class="dot" cx="150" cy="44" r="7"/></svg>`;
  return card;
}

const coordinates = (point) => `${point.latitude.toFixed(5)}, ${point.longitude.toFixed(5)}`;

function place(point, title, address) {
  const lines = el("div", { class: "place" });
  if (title) lines.append(el("b", {}, title));
  if (address) lines.append(el("span", {}, address));
  lines.append(el("small", { "aria-label": `${say("coordinates")}: ${coordinates(point)}` }, coordinates(point)));
  return el("div", { class: "card" }, pinCard(), lines);
}

function media(message) {
  if (message.venue) return place(message.venue.location, message.venue.title, message.venue.address);
  if (message.location) return place(message.location, say("location"), "");
  if (message.contact) {
    const name = [message.contact.first_name, message.contact.last_name].filter(Boolean).join(" ");
    const lines = el("div", { class: "place" }, el("b", {}, name), el("span", {}, `+${message.contact.phone_number.replace("+", "")}`));
    return el("div", { class: "contact" }, el("span", { class: "disc" }, icon("contact")), lines);
  }
  if (message.photo) return photo(message);
  if (message.document) return paper(message);
  for (const kind of ["voice", "sticker"]) {
    if (!message[kind]) continue;
    if (kind === "sticker") return el("div", { class: "sticker", role: "img", "aria-label": say(kind) }, message.sticker.emoji || "🙂");
    return el("div", { class: "contact" }, el("span", { class: "disc" }, icon(kind)), el("span", {}, say(kind)));
  }
  return null;
}

function quote(message) {
  const other = message.reply_to_message;
  if (!other) return null;
  return el("div", { class: "reply" }, el("span", { class: "sr" }, `${say("inReply")}: `), other.text || other.caption || "…");
}

function inlineButton(message, button, act) {
  const common = { class: "inline", "data-role": "inline-button", title: button.text, dir: "auto" };
  if (button.url) {
    const address = absolute(button.url);
    const anchor = el("a", { ...common, href: address, target: "_blank", rel: "noopener noreferrer" });
    anchor.append(el("span", {}, button.text), el("i", { class: "corner", "aria-hidden": "true" }, "↗"));
    anchor.addEventListener("click", (event) => act.follow(address, event));
    return anchor;
  }
  if (button.copy_text) {
    const copy = () => act.copy(button.copy_text.text);
    return el("button", { ...common, type: "button", on: { click: copy } }, el("span", {}, button.text));
  }
  const busy = act.isBusy(message.message_id, button.callback_data);
  const press = () => act.press(message.message_id, button.callback_data);
  const attributes = { ...common, type: "button", "data-callback": button.callback_data, "aria-busy": busy ? "true" : undefined };
  return el("button", { ...attributes, on: { click: press } }, el("span", {}, button.text));
}

export function bubble(message, act) {
  const rows = message.reply_markup?.inline_keyboard || [];
  const inner = el("div", { class: "bubble" });
  const reply = quote(message);
  const shown = media(message);
  if (reply) inner.append(reply);
  if (shown) inner.append(shown);
  const text = message.text ?? message.caption;
  if (text) inner.append(formatted(text, message.entities || message.caption_entities, act));
  const stamp = el("span", { class: "stamp" });
  if (message.edit_date) stamp.append(el("span", { "data-role": "edited" }, say("edited")), " ");
  stamp.append(el("time", { datetime: new Date(message.date * 1000).toISOString() }, timeOf(message.date)));
  inner.append(stamp);
  const side = message.by_bot ? "bot" : "own";
  const node = el("article", {
    class: `message ${side}${rows.length ? " with-keyboard" : ""}${message.sticker ? " bare" : ""}${message.photo ? " with-photo" : ""}`,
    "data-role": "bubble", "data-message-id": message.message_id, "data-side": side,
  }, inner);
  if (rows.length) {
    const keyboard = el("div", { class: "keyboard", role: "group" });
    for (const row of rows) {
      keyboard.append(el("div", { class: "row" }, ...row.map((button) => inlineButton(message, button, act))));
    }
    node.append(keyboard);
  }
  return node;
}
