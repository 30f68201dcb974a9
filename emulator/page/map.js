// A map of one point, drawn from its coordinates: nothing is fetched. The same place looks the same each time and places
// near each other share their streets, but it is no picture of the ground.
const SVG = "http://www.w3.org/2000/svg";
const CELL_DEGREES = 0.004; // a block of streets
const CELL = 60; // pixels
const PIN = "M0 0c-13-15-20-24-20-34a20 20 0 1 1 40 0c0 10-7 19-20 34z";

const shape = (name, attributes) => {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};

// The cells that are to be seen on both sides of this one.
function around(cell, length) {
  const half = Math.ceil(length / CELL / 2) + 1;
  return Array.from({ length: 2 * half + 1 }, (_, place) => cell - half + place);
}

// A number from 0 to 1 that belongs to this cell and `salt`.
function chance(x, y, salt) {
  let mixed = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(salt, 2246822519);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 1274126177);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

// `width` and `height` in the units of its drawing, in which a block of streets has CELL.
export function mapOf({ latitude, longitude }, width = 300, height = 120) {
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" });
  svg.append(shape("rect", { class: "land", width, height }));
  const [across, down] = [longitude / CELL_DEGREES, -latitude / CELL_DEGREES];
  const [left, top] = [Math.floor(across), Math.floor(down)];
  const at = (x, y) => [width / 2 + (x - across) * CELL, height / 2 + 14 + (y - down) * CELL];
  const columns = around(left, width);
  const rows = around(top, height);
  for (const x of columns) for (const y of rows) block(svg, x, y, at(x, y));
  for (const y of rows) if (chance(0, y, 5) < 0.15) svg.append(shape("path", { class: "river", d: riverOf(columns, at, y) }));
  for (const x of columns) svg.append(shape("path", { class: chance(x, 0, 1) < 0.3 ? "road wide-road" : "road", d: `M${at(x, 0)[0]} 0V${height}` }));
  for (const y of rows) svg.append(shape("path", { class: chance(0, y, 2) < 0.3 ? "road wide-road" : "road", d: `M0 ${at(0, y)[1]}H${width}` }));
  const here = `translate(${width / 2} ${height / 2 + 14})`;
  svg.append(
    shape("ellipse", { class: "shadow", rx: 9, ry: 3, transform: here }),
    shape("path", { class: "pin", d: PIN, transform: here }),
    shape("circle", { class: "dot", cy: -34, r: 7, transform: here }),
  );
  return svg;
}

// What stands between four streets: a park, or houses.
function block(svg, x, y, [left, top]) {
  if (chance(x, y, 3) < 0.18) svg.append(shape("rect", { class: "park", x: left, y: top, width: CELL, height: CELL }));
  else for (const corner of [[10, 10], [34, 10], [10, 34], [34, 34]]) {
    if (chance(x * 7 + corner[0], y * 7 + corner[1], 4) < 0.6) svg.append(shape("rect", { class: "house", x: left + corner[0], y: top + corner[1], width: 16, height: 16 }));
  }
}

function riverOf(columns, at, row) {
  const points = columns.map((x) => at(x, row + chance(x, row, 6)));
  return `M${points.map((point) => point.map(Math.round).join(" ")).join("L")}`;
}
