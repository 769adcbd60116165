import { html } from "hono/html";
import type { Content } from "./layout";
import { imageUrl } from "./layout";

const notices = {
  "no-such-page": {
    title: "Nothing at this mooring",
    text: "The page that you are looking for has sailed, or never was. The shop is still where it was.",
  },
  "no-such-order": {
    title: "No such order of yours",
    text: "We show an order only to the browser that placed it. If that was this one, look at its list of orders.",
  },
  "our-mistake": {
    title: "We ran aground",
    text: "Something went wrong on our side. It is in our log, and we will look at it.",
  },
} as const;

const boat =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 120"><rect width="200" height="120" fill="#bcdfea"/>' +
  '<circle cx="152" cy="34" r="14" fill="#f6c453"/><g fill="#fff"><circle cx="44" cy="34" r="9"/><circle cx="58" cy="28" r="12"/><rect x="34" y="32" width="44" height="11" rx="5.5"/></g>' +
  '<g transform="rotate(-9 100 84)"><path d="M98 26v52H62z" fill="#fff"/><path d="M103 36l30 42h-30z" fill="#fbf3e0"/><path d="M99 22h3v60h-3z" fill="#7a4826"/><path d="M56 82h90l-13 20H70z" fill="#d9482b"/></g>' +
  '<path d="M0 96q10-8 20 0t20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0v24H0z" fill="#2b8a86"/></svg>';

/** A friendly page in place of the one that was asked for. */
export function noticePage(kind: keyof typeof notices): Content {
  const { title, text } = notices[kind];
  return notice(title, text);
}

/** The same while a service does not answer; tries again by itself, if that does no harm. */
export function troublePage(service: string, reloadS: number | undefined): Content {
  const again =
    reloadS === undefined ? "Nothing is lost; please try again." : "This page tries again by itself.";
  return {
    ...notice(
      `The ${service} is out at sea`,
      `We cannot reach it just now. The rest of the shop is well. ${again}`,
    ),
    ...(reloadS === undefined ? {} : { reloadS }),
  };
}

function notice(title: string, text: string): Content {
  return {
    title: `${title} – Slipway Chandlery`,
    main: html`<section class="notice">
      <img src="${imageUrl(boat)}" alt="" width="400" height="240" />
      <h1>${title}</h1>
      <p>${text}</p>
      <p>
        <a class="button" href="/">To the shop</a> <a class="button quiet" href="/status">See the status</a>
      </p>
    </section>`,
  };
}
