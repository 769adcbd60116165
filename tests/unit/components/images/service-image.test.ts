import { ServiceImage } from "../../../../components/images";
import { countByType, recordResources, registeredBy } from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const args = {
  registry: "127.0.0.1:15000",
  repository: "catalog",
  tag: "0123456789ab",
  context: "/services",
  dockerfile: "catalog/Dockerfile",
  buildArgs: { BASE: "slipway/node:1" },
};

describe("ServiceImage", () => {
  it("builds one image and pushes it to the registry under the same name", async () => {
    const resources = await registeredBy((options) => new ServiceImage("shop-catalog", args, options));
    expect(countByType(resources)).toEqual({
      "slipway:images:ServiceImage": 1,
      "docker:index/remoteImage:RemoteImage": 1,
      "docker:index/registryImage:RegistryImage": 1,
    });
    const names = resources.filter(({ type }) => type.startsWith("docker:")).map(({ inputs }) => inputs.name);
    expect(names).toEqual(["127.0.0.1:15000/catalog:0123456789ab", "127.0.0.1:15000/catalog:0123456789ab"]);
  });

  it("hands context, Dockerfile and arguments to the build", async () => {
    const resources = await registeredBy((options) => new ServiceImage("shop-catalog", args, options));
    const image = resources.find(({ type }) => type === "docker:index/remoteImage:RemoteImage");
    expect(image?.inputs.build).toEqual({
      context: "/services",
      dockerfile: "catalog/Dockerfile",
      buildArgs: { BASE: "slipway/node:1" },
    });
  });

  it("throws one error that names every setting that cannot work", () => {
    const bad = { repository: "Catalog", tag: "", context: "services", dockerfile: "../Dockerfile" };
    expect(() => new ServiceImage("shop-catalog", { ...args, ...bad })).toThrow(
      [
        'ServiceImage "shop-catalog" cannot work:',
        '  - repository is "Catalog": give a name of a-z, 0-9 and, between these, ".", "_", "-" and "/"',
        '  - tag is "": give 1 to 128 of A-Z, a-z, 0-9, "_", "." and "-", with none of the last two first',
        '  - context is "services": give an absolute path',
        '  - dockerfile is "../Dockerfile": give a path inside the context, such as Dockerfile',
      ].join("\n"),
    );
  });
});
