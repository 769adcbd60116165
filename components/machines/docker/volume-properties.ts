/**
 * What a volume is made with, and never replaced for: another one is an empty one. A person who gives a machine's disk a
 * place of its own makes the volume first, and its driver's options are that person's.
 */
export const volumeProperties = ["driver", "driverOpts", "labels"] as const;
