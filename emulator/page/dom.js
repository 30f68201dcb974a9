// Making elements, icons and dialogs.
import { say } from "./words.js";

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, run] of Object.entries(value)) node.addEventListener(event, run);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const PATHS = {
  people: "M4 7h16M4 12h16M4 17h16",
  attach: "M20 11.5 12 19.4a5 5 0 0 1-7-7.1l8.3-8.2a3.4 3.4 0 0 1 4.8 4.8l-8.3 8.2a1.7 1.7 0 0 1-2.4-2.4l7.6-7.5",
  send: "M4 12 20 4l-5 16-3.5-6.5L4 12zM11.5 13.5 20 4",
  commands: "M14 4 10 20M4 5h16v14H4z",
  keyboard: "M4 5h6v6H4zM14 5h6v6h-6zM4 14h6v5H4zM14 14h6v5h-6z",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  close: "M6 6l12 12M18 6 6 18",
  beside: "M4 5h16v14H4zM12 5v14",
  contact: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-5.5 8-5.5s7 1.500 8 5.500",
  location: "M12 21c4.500-5 7-8 7-11.500a7 7 0 1 0-14 0C5 13 7.500 16 12 21zM12 12a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
  photo: "M4 6h16v13H4zM8 11.5a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3zM4 17l5-4 3 2 4-4 4 4",
  sticker: "M20 13V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h7zM13 20c0-4 3-7 7-7M9 9v.01M14.500 9v.01",
  voice: "M12 15a3 3 0 0 0 3-3V6a3 3 0 1 0-6 0v6a3 3 0 0 0 3 3zM6 12a6 6 0 0 0 12 0M12 18v3",
  mail: "M3 6h18v13H3zM3 7l9 7 9-7",
  back: "M11 5l-7 7 7 7M4 12h16",
  file: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  down: "M6 9l6 6 6-6",
  tools: "M14.500 6.500a4 4 0 0 0-5.300 5L4 16.700 7.300 20l5.200-5.200a4 4 0 0 0 5-5.300L15 12l-3-3z",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, role, run) {
  const attributes = { type: "button", class: "icon", "aria-label": label, title: label, "data-role": role };
  return el("button", { ...attributes, on: { click: run } }, icon(name));
}

const HUES = [210, 150, 25, 275, 340, 180, 45];

export function avatar(name, id) {
  const hue = HUES[id % HUES.length];
  return el("span", { class: "avatar", style: `--hue:${hue}`, "aria-hidden": "true" }, [...name][0] || "?");
}

// A dialog with a form; `body(form)` fills it, `submit(FormData)` runs on the main button.
export function dialog({ title, role, body, main, submit, cancel = true }) {
  const form = el("form", { method: "dialog" });
  const box = el("dialog", { class: "box", "data-role": role, "aria-label": title }, form);
  if (title) form.append(el("h2", {}, title));
  body(form, box);
  const buttons = el("div", { class: "actions" });
  if (cancel) {
    buttons.append(el("button", { type: "button", on: { click: () => box.close() } }, say("cancel")));
  }
  buttons.append(el("button", { type: "submit", class: "main", "data-role": "dialog-main" }, main));
  form.append(buttons);
  form.addEventListener("submit", () => submit && submit(new FormData(form)));
  box.addEventListener("close", () => box.remove());
  document.getElementById("dialogs").append(box);
  box.showModal();
  return box;
}

export function field(label, name, attributes = {}) {
  return el("label", { class: "field" }, el("span", {}, label), el("input", { name, ...attributes }));
}

export function choice(label, name, options, value) {
  const select = el("select", { name });
  for (const [key, text] of options) {
    select.append(el("option", { value: key, selected: key === value }, text));
  }
  return el("label", { class: "field" }, el("span", {}, label), select);
}
