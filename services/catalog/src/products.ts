import type { Product } from "../../shared/src";
import { pictures } from "./pictures";

const euros = (cents: number) => ({ cents, currency: "EUR" });

/** The whole assortment, in the order in which it is shown. */
export const products: readonly Product[] = [
  {
    id: "storm-lantern",
    name: "Storm lantern",
    summary: "Burns through a gale and most of a night.",
    description:
      "A tubular lantern in signal red with a flame you can trim by feel. Half a litre of lamp oil lasts about twenty hours. It hangs level from a hook, stands square on a deck, and looks just as well on a garden wall.",
    price: euros(5400),
    picture: pictures.lantern,
  },
  {
    id: "brass-compass",
    name: "Brass compass",
    summary: "Liquid-damped, and never asks for a signal.",
    description:
      "A hand-bearing compass in solid brass with a card that settles in under three seconds. The lid doubles as a sight. It will turn a warm brown with the years; polish it or let it.",
    price: euros(8900),
    picture: pictures.compass,
  },
  {
    id: "manila-rope",
    name: "Manila rope, 20 m",
    summary: "Three strands, whipped at both ends.",
    description:
      "Fourteen millimetres of honest three-strand manila. It holds a knot, gives a little before it gives up, and smells like a boathouse. Enough for two dock lines or one very good swing.",
    price: euros(3200),
    picture: pictures.rope,
  },
  {
    id: "enamel-mug",
    name: "Watchkeeper's mug",
    summary: "Enamelled steel for coffee at four in the morning.",
    description:
      "Holds 40 cl, and keeps its place on a tilting table thanks to a wide foot. White inside so that you can see what you made, navy outside so that nobody else can. Chips with dignity.",
    price: euros(1450),
    picture: pictures.mug,
  },
  {
    id: "life-ring",
    name: "Life ring",
    summary: "Floats a grown sailor; hangs well in a hallway.",
    description:
      "Closed-cell foam under a woven cover, with a grab line all the way round and reflective bands on both faces. Seventy-three centimetres across. We hope that it spends its life on a wall.",
    price: euros(6700),
    picture: pictures.lifeRing,
  },
  {
    id: "ships-bell",
    name: "Ship's bell",
    summary: "Eight bells, clear across the harbour.",
    description:
      "Cast in one pour and tuned by hand to a bright A. Comes with a bracket, a braided lanyard and a card that explains the watches, so that the neighbours at least know what time it is.",
    price: euros(12900),
    picture: pictures.bell,
  },
  {
    id: "signal-flags",
    name: "Signal flags",
    summary: "A string of five that says more than you think.",
    description:
      "Sewn cotton, not printed, and bright on both sides. The set of five reads as a greeting to anyone who knows the code and as bunting to everyone else. Four metres of line with toggles.",
    price: euros(3900),
    picture: pictures.flags,
  },
  {
    id: "oilskin-coat",
    name: "Oilskin coat",
    summary: "Yellow, so that they can find you.",
    description:
      "Waxed cotton with taped seams, a storm collar and pockets deep enough for both hands and a sandwich. Cut long to sit over boots. Re-wax it once a year and leave it to your children.",
    price: euros(18500),
    picture: pictures.coat,
  },
  {
    id: "ship-in-a-bottle",
    name: "Ship in a bottle",
    summary: "A cutter under full sail. Do not ask how.",
    description:
      "Built by hand from pear wood and paper, rigged flat, slid through the neck and raised by a single thread. Every hull is numbered. The sea is putty, the patience was real.",
    price: euros(7400),
    picture: pictures.bottle,
  },
  {
    id: "iron-anchor",
    name: "Little iron anchor",
    summary: "Holds a dinghy, a door or a pile of charts.",
    description:
      "Three kilograms of cast iron with a folded stock and a coat of black. Small enough for a rowing boat, heavy enough to stop a draught. The ring takes line up to sixteen millimetres.",
    price: euros(4600),
    picture: pictures.anchor,
  },
  {
    id: "ash-oars",
    name: "Pair of ash oars",
    summary: "Two metres ten, balanced by hand.",
    description:
      "Laminated ash with leather collars and blades dipped in teal, which hides nothing and finds itself easily at the end of a long evening. Sold only in pairs, for obvious reasons.",
    price: euros(15800),
    picture: pictures.oars,
  },
  {
    id: "deck-log",
    name: "Deck log",
    summary: "160 pages that do not mind the spray.",
    description:
      "Stone paper in a clothbound cover: ink dries on it even in drizzle. Ruled for wind, sea, course and remarks, with a ribbon and a pocket for receipts that you would rather not see again.",
    price: euros(2400),
    picture: pictures.log,
  },
];
