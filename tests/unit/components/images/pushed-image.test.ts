import { PushedImage } from "../../../../components/delivery";
import { countByType, recordResources, registeredBy } from "../../../support/recorder";

test("tags an image that is there for the registry, and pushes it", async () => {
  recordResources();
  const args = { registry: "127.0.0.1:5000", localName: "slipway/gitea:0123456789ab" };
  const resources = await registeredBy((options) => new PushedImage("gitea", args, options));
  expect(countByType(resources)).toEqual({
    "slipway:images:PushedImage": 1,
    "docker:index/tag:Tag": 1,
    "docker:index/registryImage:RegistryImage": 1,
  });
  const inputs = Object.fromEntries(resources.map((resource) => [resource.type, resource.inputs]));
  expect(inputs["docker:index/tag:Tag"]).toEqual({
    sourceImage: "slipway/gitea:0123456789ab",
    targetImage: "127.0.0.1:5000/slipway/gitea:0123456789ab",
  });
  expect(inputs["docker:index/registryImage:RegistryImage"]?.name).toBe(
    "127.0.0.1:5000/slipway/gitea:0123456789ab",
  );
});

test.each(["slipway/gitea", "127.0.0.1:5000/gitea:1", "Gitea:1", ""])("refuses the name %j", (localName) => {
  const advice = "give a name of a-z, 0-9 and its tag, such as slipway/gitea:0123456789ab";
  expect(() => new PushedImage("gitea", { registry: "127.0.0.1:5000", localName })).toThrow(
    new Error(`PushedImage "gitea" cannot work:\n  - localName is ${JSON.stringify(localName)}: ${advice}`),
  );
});
