import {
  ImageRepositories,
  type ImageRepositoriesArgs,
} from "../../../../../../components/machines/aws/operations";
import { countByType, inputsOf, recordResources, registeredBy } from "../../../../../support/recorder";

const args: ImageRepositoriesArgs = {
  environment: "prod",
  owner: "us",
  names: ["catalog", "tools/agent"],
  keyArn: "arn:aws:kms:eu-central-1:123456789012:key/1",
};

beforeEach(() => {
  recordResources();
});

const repositories = (more: Partial<ImageRepositoriesArgs> = {}) =>
  registeredBy((options) => new ImageRepositories("prod-images", { ...args, ...more }, options));

test("are one for each name, scanned, encrypted, and with tags that stay where they are", async () => {
  const resources = await repositories();
  expect(countByType(resources)).toEqual({
    "slipway:machines:AwsImageRepositories": 1,
    "aws:ecr/repository:Repository": 2,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": 2,
  });
  expect(inputsOf(resources, "aws:ecr/repository:Repository", "prod-images-tools/agent")).toEqual({
    name: "slipway/prod/tools/agent",
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: args.keyArn }],
    forceDelete: false,
    tags: { Name: "prod-images-tools/agent", "slipway.environment": "prod", "slipway.owner": "us" },
  });
});

test("lose what has no tag, and what is beyond the newest", async () => {
  const resources = await repositories({ untaggedDays: 3, keptImages: 20, names: ["catalog"] });
  const { policy } = resources.find(({ type }) => type.startsWith("aws:ecr/lifecycle"))?.inputs ?? {};
  expect(JSON.parse(String(policy))).toMatchObject({
    rules: [
      { rulePriority: 1, selection: { tagStatus: "untagged", countUnit: "days", countNumber: 3 } },
      {
        rulePriority: 2,
        selection: { tagStatus: "tagged", tagPatternList: ["*"], countNumber: 20 },
      },
    ],
  });
});

test("go with their images where that is said", async () => {
  const resources = await repositories({ forceDelete: true, names: ["catalog"] });
  expect(inputsOf(resources, "aws:ecr/repository:Repository")).toMatchObject({ forceDelete: true });
});

test("say all that cannot work at once", () => {
  const bad = { ...args, names: ["Catalog", "cart", "cart"], untaggedDays: 0, keptImages: 2 };
  expect(() => new ImageRepositories("prod-images", bad, {})).toThrow(
    [
      'the image repositories "prod-images" cannot work:',
      '  - names[0] is "Catalog": give a-z and 0-9, in parts that ".", "_", "-" or "/" join, at most 200 characters',
      '  - names[2] is "cart": it is there twice: leave it out',
      "  - untaggedDays is 0: give a whole number from 1",
      "  - keptImages is 2: give a whole number from 10",
    ].join("\n"),
  );
});
