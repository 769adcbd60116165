"""Lets moto's instances have printed on their consoles what stands in files that are called as they are."""

import os

from moto.ec2.responses.general import General
from moto.ec2.utils import Base64EncodedString

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html
KEPT = 65_536


def from_file(get):
    def corrected(self):
        answer = get(self)
        file = os.path.join(os.environ["MOTO_CONSOLES"], self._get_param("InstanceId"))
        if os.path.exists(file):
            with open(file, encoding="utf8", errors="replace") as console:
                answer.result["Output"] = Base64EncodedString.from_raw_string(console.read()[-KEPT:])
        return answer

    return corrected


General.get_console_output = from_file(General.get_console_output)
