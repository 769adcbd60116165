import { isDockerTooOld } from "../../../toolchain/docker-version";

test.each(["20.10.24+dfsg1", "20.10", "23.0.1", "28.2.2", "29.0.0-rc.1", "dev", ""])(
  "takes %j",
  (version) => {
    expect(isDockerTooOld(version)).toBe(false);
  },
);

test.each(["19.03.15", "20.9.0", "18.09.1~3", "1.13.1"])("refuses %s", (version) => {
  expect(isDockerTooOld(version)).toBe(true);
});
