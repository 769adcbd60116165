import fc from "fast-check";

import { checkMicroservice } from "../../../../components/workloads/check-microservice";

const valid = { name: "catalog", replicas: 2, port: 8080, nodePort: undefined };

test("accepts what works", () => {
  expect(() => {
    checkMicroservice(valid);
  }).not.toThrow();
  expect(() => {
    checkMicroservice({ ...valid, replicas: 0, port: 65535, nodePort: 32767 });
  }).not.toThrow();
});

test("names every wrong setting in one error, with its value and what would be right", () => {
  expect(() => {
    checkMicroservice({ name: "Catalog_1", replicas: -1, port: 80, nodePort: 8080 });
  }).toThrow(
    [
      'Microservice "Catalog_1" cannot work:',
      '  - name is "Catalog_1": give 1 to 63 of a-z, 0-9 and "-", with a letter first and no "-" last',
      "  - replicas is -1: give a whole number from 0",
      "  - port is 80: give a whole number from 1024 to 65535, as it does not run as root",
      "  - nodePort is 8080: give a whole number from 30000 to 32767",
    ].join("\n"),
  );
});

test("accepts names of letters, digits and inner hyphens up to 63, and none longer", () => {
  const inner = fc.string({ unit: fc.constantFrom("a", "z", "0", "9", "-"), maxLength: 80 });
  fc.assert(
    fc.property(fc.constantFrom("a", "z"), inner, fc.constantFrom("a", "9"), (first, middle, last) => {
      const check = (): void => {
        checkMicroservice({ ...valid, name: first + middle + last });
      };
      if (middle.length <= 61) {
        expect(check).not.toThrow();
      } else {
        expect(check).toThrow("give 1 to 63");
      }
    }),
  );
});

test.each(["", "-a", "a-", "1a", "a.b", "A", "a b"])("refuses the name %p", (name) => {
  expect(() => {
    checkMicroservice({ ...valid, name });
  }).toThrow("cannot work");
});

test("names what is wrong with a microservice of another stack, and its place in the list", () => {
  const talksTo = [
    { serviceName: "catalog", namespace: "shop" },
    { serviceName: "Catalog", namespace: "shop", port: 65536 },
  ];
  expect(() => {
    checkMicroservice({ ...valid, talksTo });
  }).toThrow(
    [
      'Microservice "catalog" cannot work:',
      '  - talksTo[1].serviceName is "Catalog": give 1 to 63 of a-z, 0-9 and "-", with a letter first and no "-" last',
      "  - talksTo[1].port is 65536: give a whole number from 1 to 65535",
    ].join("\n"),
  );
});
