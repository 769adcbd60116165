/** Pictures of the products: flat drawings of our own, on a canvas of 160 by 120. */

const navy = "#17324a";
const red = "#d9482b";
const brass = "#d6a23f";
const darkBrass = "#a87420";
const cream = "#fbf3e0";
const teal = "#2b8a86";
const wood = "#b87a48";
const darkWood = "#7a4826";
const white = "#ffffff";

const draw = (background: string, shapes: string): string =>
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 120">' +
  `<rect width="160" height="120" fill="${background}"/>${shapes}</svg>`;

const lantern = draw(
  "#1d3d57",
  `<circle cx="80" cy="64" r="50" fill="#f6c453" opacity=".12"/><circle cx="80" cy="64" r="34" fill="#f6c453" opacity=".2"/>
  <path d="M60 50a20 28 0 0 1 40 0" fill="none" stroke="#c9d3d8" stroke-width="3"/>
  <path d="M70 32h20l8 12H62z" fill="${red}"/><rect x="74" y="26" width="12" height="7" rx="2" fill="#a8331c"/>
  <rect x="64" y="44" width="32" height="38" rx="9" fill="#fdf1cf"/>
  <path d="M80 50c8 9 10 13 10 18a10 10 0 0 1-20 0c0-5 2-9 10-18z" fill="#f2992e"/>
  <path d="M80 62c4 5 5 7 5 10a5 5 0 0 1-10 0c0-3 1-5 5-10z" fill="#fde08a"/>
  <path d="M64 56h32M64 70h32" stroke="#8fa3ad" stroke-width="1.5" opacity=".7"/>
  <rect x="60" y="81" width="40" height="13" rx="4" fill="${red}"/><rect x="55" y="93" width="50" height="6" rx="3" fill="#a8331c"/>`,
);

const compass = draw(
  "#cde5e2",
  `<circle cx="82" cy="64" r="43" fill="${navy}" opacity=".12"/><circle cx="80" cy="62" r="43" fill="${darkBrass}"/>
  <circle cx="80" cy="61" r="41" fill="${brass}"/><circle cx="80" cy="61" r="33" fill="${cream}"/>
  <path d="M80 31v7M80 84v7M50 61h7M103 61h7" stroke="${navy}" stroke-width="3"/>
  <path d="M59 40l3.5 3.5M97.5 78.5l3.5 3.5M59 82l3.5-3.5M97.5 43.5l3.5-3.5" stroke="${navy}" stroke-width="1.5"/>
  <g transform="rotate(38 80 61)"><path d="M80 35l7 26H73z" fill="${red}"/><path d="M80 87l7-26H73z" fill="${navy}"/></g>
  <circle cx="80" cy="61" r="4" fill="${brass}"/><rect x="75" y="10" width="10" height="11" rx="3" fill="${darkBrass}"/>`,
);

const strand = (radius: number): string =>
  `<circle cx="78" cy="60" r="${radius}" fill="none" stroke="#c79552" stroke-width="8.5"/>
  <circle cx="78" cy="60" r="${radius}" fill="none" stroke="#a87438" stroke-width="8.5" stroke-dasharray="1.5 5"/>`;

const rope = draw(
  "#f3e2c0",
  `<ellipse cx="82" cy="66" rx="48" ry="45" fill="#c9a873" opacity=".4"/>
  <path d="M78 103.5c30 0 52-2 62 4" fill="none" stroke="#c79552" stroke-width="8.5" stroke-linecap="round"/>
  <path d="M78 103.5c30 0 52-2 62 4" fill="none" stroke="#a87438" stroke-width="8.5" stroke-dasharray="1.5 5"/>
  ${strand(43.5)}${strand(33.5)}${strand(23.5)}${strand(13.5)}<circle cx="78" cy="60" r="8" fill="#e0c493"/>
  <path d="M134 104l6 2.5" stroke="${red}" stroke-width="9" stroke-linecap="round"/>`,
);

const mug = draw(
  "#edd3c6",
  `<ellipse cx="78" cy="98" rx="42" ry="6" fill="${navy}" opacity=".15"/>
  <path d="M66 32c-5-6 5-9 0-16M78 32c-5-6 5-9 0-16M90 32c-5-6 5-9 0-16" fill="none" stroke="${white}" stroke-width="3" stroke-linecap="round" opacity=".85"/>
  <path d="M107 52h7a15 15 0 0 1 0 30h-9" fill="none" stroke="${navy}" stroke-width="7"/>
  <path d="M48 42h60l-4 54q-.5 3-4 3H56q-3.5 0-4-3z" fill="${navy}"/>
  <ellipse cx="78" cy="42" rx="30" ry="6" fill="${white}"/><ellipse cx="78" cy="43.5" rx="25.5" ry="3.8" fill="#5b3521"/>
  <path d="M60 58l1 26" stroke="${white}" stroke-width="4" stroke-linecap="round" opacity=".18"/>
  <g fill="none" stroke="${cream}" stroke-width="2.5" stroke-linecap="round"><circle cx="82" cy="62" r="3.5"/><path d="M82 66v20M75 71h14M69 79c2 9 24 9 26 0"/></g>`,
);

const lifeRing = draw(
  "#bcdfea",
  `<path d="M0 92q10-7 20 0t20 0 20 0 20 0 20 0 20 0 20 0 20 0v28H0z" fill="#7fbccd"/>
  <circle cx="83" cy="63" r="33" fill="none" stroke="${navy}" stroke-width="21" opacity=".12"/>
  <circle cx="80" cy="60" r="33" fill="none" stroke="${white}" stroke-width="21"/>
  <circle cx="80" cy="60" r="33" fill="none" stroke="${red}" stroke-width="21" stroke-dasharray="25.92 25.92" transform="rotate(22.5 80 60)"/>
  <circle cx="80" cy="60" r="45.5" fill="none" stroke="#c79552" stroke-width="2.5" stroke-dasharray="9 2"/>`,
);

const bell = draw(
  "#dcdff0",
  `<path d="M80 10v12" stroke="${darkWood}" stroke-width="6"/><path d="M50 10h60" stroke="${darkWood}" stroke-width="7" stroke-linecap="round"/>
  <circle cx="80" cy="27" r="6" fill="none" stroke="${darkBrass}" stroke-width="4"/>
  <path d="M80 30c18 0 23 14 25 32 1 12 5 18 11 22H44c6-4 10-10 11-22 2-18 7-32 25-32z" fill="${brass}"/>
  <path d="M66 40c-5 6-6 20-7 34" fill="none" stroke="#f3d58b" stroke-width="4" stroke-linecap="round"/>
  <rect x="40" y="83" width="80" height="8" rx="4" fill="${darkBrass}"/><path d="M56.5 58h47" stroke="${darkBrass}" stroke-width="2"/>
  <circle cx="80" cy="95" r="6" fill="#8a5c14"/><path d="M80 100v10" stroke="${red}" stroke-width="4" stroke-linecap="round"/>`,
);

const flags = draw(
  "#d7ebf4",
  `<circle cx="128" cy="26" r="12" fill="${white}"/><circle cx="112" cy="30" r="9" fill="${white}"/><path d="M100 38h42" stroke="${white}" stroke-width="8" stroke-linecap="round"/>
  <path d="M4 40q76 30 152 0" fill="none" stroke="${darkWood}" stroke-width="2.5"/>
  <g transform="rotate(13 22 47)"><rect x="12" y="47" width="23" height="30" fill="${white}"/><rect x="12" y="47" width="11.5" height="30" fill="${navy}"/></g>
  <g transform="rotate(7 51 53)"><path d="M40 53h23v30H40z" fill="${red}"/><path d="M51.5 58l8 10-8 10-8-10z" fill="${white}"/></g>
  <g><path d="M69 55h23v30H69z" fill="#f2c230"/><path d="M80.5 55H92v30H80.5z" fill="${navy}"/></g>
  <g transform="rotate(-7 110 53)"><path d="M98 53h23v30H98z" fill="${white}"/><path d="M98 53l23 30M121 53L98 83" stroke="${red}" stroke-width="5"/></g>
  <g transform="rotate(-13 138 47)"><path d="M126 47h23v30h-23z" fill="${teal}"/><path d="M126 57h23v10h-23z" fill="${white}"/></g>`,
);

const coat = draw(
  "#97c2cd",
  `<path d="M22 12v14M46 30v14M126 16v14M142 44v14M18 62v14M138 82v14M30 94v10" stroke="${white}" stroke-width="2.5" stroke-linecap="round" opacity=".6"/>
  <path d="M64 26l-20 12-8 44 14 4 6-26-4 48h56l-4-48 6 26 14-4-8-44-20-12z" fill="#f4bf2c"/>
  <path d="M64 26l16 12 16-12-6-8H70z" fill="#d99a14"/><path d="M80 38v70" stroke="#c7890f" stroke-width="2.5"/>
  <path d="M56 60l1-16M104 60l-1-16" stroke="#d99a14" stroke-width="2.5" stroke-linecap="round"/>
  <path d="M58 84h14v9H58zM88 84h14v9H88z" fill="#e0a51b"/>
  <g fill="${navy}"><circle cx="84.5" cy="50" r="2.2"/><circle cx="84.5" cy="64" r="2.2"/><circle cx="84.5" cy="78" r="2.2"/><circle cx="84.5" cy="92" r="2.2"/></g>`,
);

const bottle = draw(
  "#efe3d0",
  `<path d="M34 98h80l8 10H26z" fill="${darkWood}"/><path d="M40 86l-6 14M108 86l6 14" stroke="${wood}" stroke-width="6"/>
  <path d="M16 60c0-22 16-32 40-32h46c10 0 12 14 22 18h20v28h-20c-10 4-12 18-22 18H56c-24 0-40-10-40-32z" fill="#d3ecee"/>
  <path d="M22 74h92c-4 8-6 18-12 18H56c-16 0-28-6-34-18z" fill="${teal}"/>
  <path d="M44 68h48l-7 11H52z" fill="${navy}"/><path d="M68 34v34" stroke="${darkWood}" stroke-width="2.5"/>
  <path d="M71 36c12 8 17 18 18 28H71z" fill="${white}"/><path d="M65 40c-9 6-14 15-16 24h16z" fill="${cream}"/><path d="M68 34l8-3-8-3z" fill="${red}"/>
  <path d="M30 46c5-7 14-10 24-10" fill="none" stroke="${white}" stroke-width="4" stroke-linecap="round"/><rect x="140" y="47" width="13" height="26" rx="3" fill="${wood}"/>`,
);

const anchor = draw(
  "#f6d3c4",
  `<g fill="none" stroke="${navy}" opacity=".12" transform="translate(3 4)"><path d="M80 30v68M60 44h40" stroke-width="9"/></g>
  <g fill="none" stroke="${navy}" stroke-linecap="round"><circle cx="80" cy="23" r="9" stroke-width="6"/>
  <path d="M80 33v66M61 45h38" stroke-width="8.5"/><path d="M42 70c2 20 18 31 38 31s36-11 38-31" stroke-width="8.5"/></g>
  <path d="M42 58l10 20-18-2zM118 58l-10 20 18-2z" fill="${navy}" stroke="${navy}" stroke-width="3" stroke-linejoin="round"/>
  <path d="M87 20c30-8 44 8 34 20s-28-2-14-10 32 0 46-6" fill="none" stroke="#c79552" stroke-width="4" stroke-linecap="round"/>`,
);

const oar = `<path d="M80 8v74" stroke="${wood}" stroke-width="5" stroke-linecap="round"/><path d="M80 8v12" stroke="${darkWood}" stroke-width="6.5" stroke-linecap="round"/>
  <rect x="76" y="42" width="8" height="11" rx="2" fill="${darkWood}"/><path d="M80 68c9 4 11 14 10 42 0 3-20 3-20 0-1-28 1-38 10-42z" fill="${wood}"/>
  <path d="M70 92h20q.5 8 0 18c0 3-20 3-20 0q-.5-10 0-18z" fill="${teal}"/>`;

const oars = draw(
  "#d3e6d0",
  `<path d="M0 100q10-6 20 0t20 0 20 0 20 0 20 0 20 0 20 0 20 0v20H0z" fill="#a9cfb6"/>
  <g transform="rotate(42 80 60)">${oar}</g><g transform="rotate(-42 80 60)">${oar}</g>`,
);

const log = draw(
  "#e2d9ee",
  `<g transform="rotate(-8 80 60)"><rect x="49" y="18" width="70" height="90" rx="4" fill="${navy}" opacity=".15"/>
  <rect x="48" y="15" width="66" height="88" rx="3" fill="${white}"/><path d="M110 18v82M106.5 18v82" stroke="#c9c3b4" stroke-width="1.5"/>
  <rect x="44" y="13" width="64" height="90" rx="4" fill="${teal}"/><rect x="44" y="13" width="11" height="90" rx="4" fill="#1d6a67"/>
  <rect x="64" y="28" width="35" height="22" rx="2" fill="${cream}"/><path d="M69 36h25M69 42h17" stroke="${navy}" stroke-width="2"/>
  <g fill="none" stroke="${cream}" stroke-width="2"><circle cx="81.5" cy="76" r="12"/><path d="M81.5 60v32M65.5 76h32M70 64.5l23 23M93 64.5l-23 23"/></g>
  <path d="M96 13v-3h6v106l-3-4-3 4z" fill="${red}"/></g>`,
);

/** Each an SVG document. */
export const pictures = {
  lantern,
  compass,
  rope,
  mug,
  lifeRing,
  bell,
  flags,
  coat,
  bottle,
  anchor,
  oars,
  log,
} as const;
