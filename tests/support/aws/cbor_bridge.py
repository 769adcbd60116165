"""CloudWatch's newest clients speak CBOR, which moto does not: botocore, which speaks both, asks moto in its stead."""

import re

import boto3
from botocore.exceptions import ClientError
from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer

OPERATION = re.compile(r"^/service/GraniteServiceVersion20100801/operation/(\w+)$")


def answer(path, body, region, endpoint):
    """The status and the body for a request in CBOR; None if it is none."""
    matched = OPERATION.match(path)
    if matched is None:
        return None
    client = boto3.client(
        "cloudwatch",
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    parser = RpcV2CBORParser()
    asked = parser.parse_data_item(parser.get_peekable_stream_from_bytes(body)) if body else {}
    model = client.meta.service_model.operation_model(matched[1])
    try:
        given = client._make_api_call(matched[1], asked)
    except ClientError as error:
        return "400 Bad Request", text_map({"__type": error.response["Error"]["Code"], "message": str(error)})
    given.pop("ResponseMetadata")
    encoded = bytearray()
    if model.output_shape is None:
        return "200 OK", text_map({})
    RpcV2CBORSerializer()._serialize_data_item(encoded, given, model.output_shape)
    return "200 OK", bytes(encoded)


def text_map(texts):
    """A map of short texts in CBOR: https://www.rfc-editor.org/rfc/rfc8949#section-3.1"""
    return bytes([0xA0 + len(texts)]) + b"".join(text(each) for pair in texts.items() for each in pair)


def text(value):
    encoded = value.encode()
    return b"\x79" + len(encoded).to_bytes(2, "big") + encoded
