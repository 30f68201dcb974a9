// One message as a bubble, with its inline keyboard below.
import { el, icon } from "./dom.js";
import { paper, photo, view } from "./files.js";
import { mapOf } from "./map.js";
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
    if (entity.type === "spoiler") veil(node);
    parent.append(node);
    // A block ends its line by itself; the line break behind it would show as an empty line.
    position = BLOCKS.has(node.tagName) && text[to] === "\n" ? to + 1 : to;
    rest = others.filter((other) => other.offset + other.length > to);
  }
  parent.append(text.slice(position, end));
}

// Until it is shown, what a spoiler covers is not read out either.
function veil(node) {
  const inside = el("span", { "aria-hidden": "true" }, ...node.childNodes);
  node.append(el("span", { class: "sr" }, say("spoiler")), inside);
}

function open(entity, covered, act) {
  const node = el(TAGS[entity.type]);
  if (entity.type === "spoiler") {
    node.className = "spoiler";
    const reveal = (event) => {
      if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
      if (node.classList.contains("shown")) return;
      node.classList.add("shown");
      node.removeAttribute("role");
      node.removeAttribute("tabindex");
      node.replaceChildren(...node.lastChild.childNodes);
    };
    node.setAttribute("role", "button");
    node.setAttribute("tabindex", "0");
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

// The map is a button that opens it large, with the words of the place below.
function pinCard(point, title, address) {
  const name = title ? `${say("map")}: ${title}` : say("map");
  const open = () => {
    const words = el("p", {}, ...[title, address, coordinates(point)].filter(Boolean).flatMap((line) => [line, el("br")]), el("small", {}, say("mapNote")));
    view({ name: title || say("location"), content: el("figure", { class: "map" }, mapOf(point, 600, 420), el("figcaption", {}, words)) });
  };
  return el("button", { type: "button", class: "map", "data-role": "map", "aria-label": name, on: { click: open } }, mapOf(point));
}

const coordinates = (point) => `${point.latitude.toFixed(5)}, ${point.longitude.toFixed(5)}`;

function place(point, title, address) {
  const lines = el("div", { class: "place" });
  if (title) lines.append(el("b", {}, title));
  if (address) lines.append(el("span", {}, address));
  lines.append(el("small", { "aria-label": `${say("coordinates")}: ${coordinates(point)}` }, coordinates(point)));
  return el("div", { class: "card" }, pinCard(point, title, address), lines);
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

// What is left of a deleted message, as a mark that opens: its buttons can still be pressed, as in an app that has
// not heard of the deletion yet.
function mark(message, act) {
  const side = message.by_bot ? "bot" : "own";
  const first = (message.text || message.caption || "").split("\n")[0].slice(0, 60);
  const summary = el("summary", {}, icon("trash"), el("span", {}, say("deleted")), " ", first ? el("span", { class: "first" }, first) : null);
  const details = el("details", {}, summary);
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length < 2) details.append(...shown(message, act));
  });
  return el("article", { class: `gone ${side}`, "data-role": "deleted", "data-message-id": message.message_id, "data-side": side }, details);
}

export function bubble(message, act) {
  if (message.deleted) return mark(message, act);
  const rows = message.reply_markup?.inline_keyboard || [];
  const side = message.by_bot ? "bot" : "own";
  return el("article", {
    class: `message ${side}${rows.length ? " with-keyboard" : ""}${message.sticker ? " bare" : ""}${message.photo ? " with-photo" : ""}`,
    "data-role": "bubble", "data-message-id": message.message_id, "data-side": side,
  }, ...shown(message, act));
}

// The bubble and the keyboard below it.
function shown(message, act) {
  const rows = message.reply_markup?.inline_keyboard || [];
  const inner = el("div", { class: "bubble" });
  const reply = quote(message);
  const content = media(message);
  if (reply) inner.append(reply);
  if (content) inner.append(content);
  const text = message.text ?? message.caption;
  if (text) inner.append(formatted(text, message.entities || message.caption_entities, act));
  const stamp = el("span", { class: "stamp" });
  if (message.edit_date) stamp.append(el("span", { "data-role": "edited" }, say("edited")), " ");
  stamp.append(el("time", { datetime: new Date(message.date * 1000).toISOString() }, timeOf(message.date)));
  inner.append(stamp);
  if (!rows.length) return [inner];
  const keyboard = el("div", { class: "keyboard", role: "group", "aria-label": say("buttons") });
  for (const row of rows) {
    keyboard.append(el("div", { class: "row" }, ...row.map((button) => inlineButton(message, button, act))));
  }
  return [inner, keyboard];
}
