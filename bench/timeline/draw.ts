import type { Bar, Row } from "./rows";

const width = 1000;
const left = 150;
const right = 24;
const top = 34;
const laneHeight = 16;
const rowGap = 6;
/** Rows with more bars side by side than this are drawn in one lane, in which the bars shine through each other. */
const maxLanes = 4;
/** About how wide a letter of a label is. */
const letter = 5.6;

/** Readable on a light and on a dark page, whichever the reader has. */
const style = `
  text { font: 11px ui-sans-serif, system-ui, sans-serif; fill: #1f2328; }
  .paper { fill: #ffffff; } .grid { stroke: #d1d9e0; } .time, .count { fill: #59636e; }
  .label { font-size: 10px; fill: #ffffff; }
  .program { fill: #59636e; } .identity { fill: #8250df; } .docker { fill: #0969da; }
  .machine { fill: #1a7f37; } .machine.odd { fill: #116329; } .kubernetes { fill: #bc4c00; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .paper { fill: #0d1117; } .grid { stroke: #3d444d; } .time, .count { fill: #9198a1; }
    .label { fill: #ffffff; }
  }`;

/** A bar, and the lane of its row that it is in. */
interface Placed extends Bar {
  readonly lane: number;
}

interface Layout {
  readonly placed: readonly Placed[];
  readonly lanes: number;
  /** Whether all bars share one lane. */
  readonly crowded: boolean;
}

/** Puts each bar into the first lane that is free by then. */
function layOut({ bars }: Row): Layout {
  const ends: number[] = [];
  const placed = [...bars]
    .sort((one, other) => one.start - other.start)
    .map((bar): Placed => {
      const free = ends.findIndex((end) => end <= bar.start);
      const lane = free === -1 ? ends.length : free;
      ends[lane] = bar.end;
      return { ...bar, lane };
    });
  const crowded = ends.length > maxLanes;
  return {
    placed: crowded ? placed.map((bar) => ({ ...bar, lane: 0 })) : placed,
    lanes: crowded ? 1 : Math.max(1, ends.length),
    crowded,
  };
}

/** Steps of the time axis: about ten of them. */
function tickSeconds(total: number): number {
  return [1, 2, 5, 10, 20, 30, 60, 120, 300].find((step) => total / step <= 12) ?? 600;
}

/**
 * Draws rows of bars over time.
 * @param title what the picture shows, for those who cannot see it
 * @returns an SVG document that needs nothing beside it
 */
export function drawTimeline(title: string, rows: readonly Row[]): string {
  const total = Math.max(1, ...rows.flatMap(({ bars }) => bars.map(({ end }) => end)));
  const x = (seconds: number): number => left + (seconds / total) * (width - left - right);
  let bottom = top;
  const drawn = rows.map((row) => {
    const layout = layOut(row);
    const y = bottom;
    bottom += layout.lanes * laneHeight + rowGap;
    return drawRow(row, layout, y, x);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 8}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}\n</style>`,
    `<rect class="paper" width="${width}" height="${bottom + 8}"/>`,
    ...drawAxis(total, x, bottom),
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}

function drawAxis(total: number, x: (seconds: number) => number, bottom: number): string[] {
  const step = tickSeconds(total);
  const ticks = [...Array(Math.floor(total / step) + 1).keys()].map((index) => index * step);
  return ticks.map((seconds) => {
    const at = round(x(seconds));
    return (
      `<line class="grid" x1="${at}" x2="${at}" y1="${top - 8}" y2="${bottom}"/>` +
      `<text class="time" x="${at}" y="${top - 14}" text-anchor="middle">${seconds} s</text>`
    );
  });
}

function drawRow(row: Row, { placed, crowded }: Layout, y: number, x: (seconds: number) => number): string {
  const name = crowded
    ? `${escaped(row.name)} <tspan class="count">× ${placed.length}</tspan>`
    : escaped(row.name);
  const bars = placed.map((bar, index) => {
    const from = round(x(bar.start));
    const barWidth = Math.max(1.5, round(x(bar.end) - x(bar.start)));
    const barY = y + bar.lane * laneHeight;
    const seconds = `${(bar.end - bar.start).toFixed(1)} s`;
    const look = `class="${row.group}${index % 2 === 1 ? " odd" : ""}"${crowded ? ' opacity="0.3"' : ""}`;
    const label = crowded ? "" : fitting(bar.label, barWidth - 8);
    return (
      `<rect ${look} x="${from}" y="${barY}" width="${barWidth}" height="${laneHeight - 2}" rx="2">` +
      `<title>${escaped(bar.label)}: ${seconds}</title></rect>` +
      (label === "" ? "" : `<text class="label" x="${from + 4}" y="${barY + 10.5}">${escaped(label)}</text>`)
    );
  });
  return [`<text x="8" y="${y + 11}">${name}</text>`, ...bars].join("\n");
}

/** As much of a label as there is room for; nothing, where it would be no word any more. */
function fitting(label: string, room: number): string {
  const letters = Math.floor(room / letter);
  if (label.length <= letters) return label;
  return letters < 4 ? "" : `${label.slice(0, letters - 1)}…`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
