import { awsLines, regionOf } from "../../../../toolchain/kept/aws";

describe("what an environment on AWS keeps", () => {
  it("is where its settings say that it is", () => {
    expect(regionOf({ platform: "aws", aws: { region: "eu-central-1" } })).toBe("eu-central-1");
    expect(regionOf({ platform: "docker", aws: { region: "eu-central-1" } })).toBeUndefined();
    expect(regionOf({ platform: "aws", aws: "here" })).toBeUndefined();
    expect(regionOf({})).toBeUndefined();
  });

  it("is listed by claim, with how it goes", () => {
    const volumes = [
      { id: "vol-1", claim: "shop/data", sizeGiB: 8 },
      { id: "vol-2", claim: "shop/data-orders-db-0", sizeGiB: 20 },
    ];
    expect(awsLines("prod", "eu-central-1", volumes)).toEqual([
      "Kept: 2 volumes of prod in eu-central-1, which AWS charges for:",
      "  shop/data              vol-1  8 GiB",
      "  shop/data-orders-db-0  vol-2  20 GiB",
      "aws ec2 delete-volume --region eu-central-1 --volume-id vol-1 removes one for good",
    ]);
    expect(awsLines("prod", "eu-central-1", [])).toEqual(["prod keeps no volume in eu-central-1"]);
  });
});
