import { environmentLabel } from "../../belonging";

/** What is made gets the environment's tag. */
export const requested = (environment: string) => ({
  StringEquals: { [`aws:RequestTag/${environmentLabel}`]: environment },
});

/** What is there has the environment's tag. */
export const owned = (environment: string) => ({
  StringEquals: { [`aws:ResourceTag/${environmentLabel}`]: environment },
});
