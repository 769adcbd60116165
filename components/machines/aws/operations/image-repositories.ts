import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../../../checks";
import type { Belonging } from "../../belonging";
import { belongingTags } from "../tags";

/** The environment is part of each repository's name. */
export interface ImageRepositoriesArgs extends Belonging {
  /** What each repository's images are: `catalog` becomes the repository `slipway/<environment>/catalog`. */
  readonly names: readonly string[];
  /** ARN of the key that encrypts the images. */
  readonly keyArn: pulumi.Input<string>;
  /** Days until an image without a tag is deleted, 1 and more. Default 14. */
  readonly untaggedDays?: number;
  /**
   * How many images with a tag each repository keeps, the newest ones, 10 and more: what runs has to be among them, and
   * what a rollback goes to. Default 100.
   */
  readonly keptImages?: number;
  /** Whether a repository goes with its images when it is deleted; one with images stays otherwise. Default false. */
  readonly forceDelete?: boolean;
}

/**
 * Where an environment's images lie: repositories of ECR whose tags are never moved, each image scanned when it is pushed.
 * Settings that cannot work throw one error that names them all.
 */
export class ImageRepositories extends pulumi.ComponentResource {
  /** By the names in {@link ImageRepositoriesArgs.names}: what image names begin with, before `:` or `@`. */
  readonly urls: Readonly<Record<string, pulumi.Output<string>>>;
  /** By the same names. */
  readonly arns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: ImageRepositoriesArgs, options: pulumi.ComponentResourceOptions) {
    checkImageRepositories(name, args);
    super("slipway:machines:AwsImageRepositories", name, {}, options);

    const repositories = args.names.map((of) => [of, this.repository(`${name}-${of}`, of, args)] as const);
    this.urls = Object.fromEntries(repositories.map(([of, { repositoryUrl }]) => [of, repositoryUrl]));
    this.arns = Object.fromEntries(repositories.map(([of, { arn }]) => [of, arn]));
    this.registerOutputs({ urls: this.urls, arns: this.arns });
  }

  private repository(name: string, of: string, args: ImageRepositoriesArgs): aws.ecr.Repository {
    const repository = new aws.ecr.Repository(
      name,
      {
        name: `slipway/${args.environment}/${of}`,
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: args.keyArn }],
        forceDelete: args.forceDelete ?? false,
        tags: belongingTags(args, name),
      },
      { parent: this },
    );
    new aws.ecr.LifecyclePolicy(
      name,
      { repository: repository.name, policy: JSON.stringify(lifecycle(args)) },
      { parent: this },
    );
    return repository;
  }
}

function checkImageRepositories(name: string, args: ImageRepositoriesArgs): void {
  const problems = new Problems();
  for (const [index, of] of args.names.entries()) {
    const setting = `names[${index}]`;
    const advice = 'give a-z and 0-9, in parts that ".", "_", "-" or "/" join, at most 200 characters';
    problems.expect(of.length <= 200 && isRepositoryName(of), setting, of, advice);
    problems.expect(args.names.indexOf(of) === index, setting, of, "it is there twice: leave it out");
  }
  problems.expectWhole("untaggedDays", args.untaggedDays, 1, Infinity);
  problems.expectWhole("keptImages", args.keptImages, 10, Infinity);
  problems.throwIfAny("the image repositories", name);
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
function isRepositoryName(name: string): boolean {
  return /^[a-z0-9]+([._/-][a-z0-9]+)*$/.test(name);
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html */
function lifecycle({ untaggedDays = 14, keptImages = 100 }: ImageRepositoriesArgs): object {
  const action = { type: "expire" };
  return {
    rules: [
      {
        rulePriority: 1,
        description: `Without a tag for ${untaggedDays} days`,
        selection: {
          tagStatus: "untagged",
          countType: "sinceImagePushed",
          countUnit: "days",
          countNumber: untaggedDays,
        },
        action,
      },
      {
        rulePriority: 2,
        description: `Beyond the newest ${keptImages}`,
        selection: {
          tagStatus: "tagged",
          tagPatternList: ["*"],
          countType: "imageCountMoreThan",
          countNumber: keptImages,
        },
        action,
      },
    ],
  };
}
