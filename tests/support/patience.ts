/** In milliseconds; jest's own default is 5 seconds. */
jest.setTimeout(60_000);
