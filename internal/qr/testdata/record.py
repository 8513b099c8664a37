"""Writes golden.json: codes of python-qrcode (Debian: python3-qrcode 7.4) in byte mode at level M.

    /usr/bin/python3 record.py
"""
import json

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_8BIT_BYTE, QRData


def record(text, mask):
    q = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=mask)
    q.add_data(QRData(text.encode(), mode=MODE_8BIT_BYTE))
    q.make(fit=True)
    rows = ["".join("#" if m else "." for m in row) for row in q.get_matrix()]
    bits = "".join(rows).replace("#", "1").replace(".", "0")
    bits += "0" * (-len(bits) % 8)
    return {"text": text, "mask": mask, "version": q.version, "modules": bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)).hex()}


uri = "otpauth://totp/Example:alice%40example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Example"
out = [record(uri, mask) for mask in range(8)]
# The longest text of each version and the first that needs the next one.
for version, longest in enumerate([14, 26, 42, 62, 84, 106, 122, 152, 180, 213], 1):
    text = "".join(chr(33 + (7 * i + version) % 94) for i in range(longest))
    out.append(record(text, version % 8))
    out.append(record(text[:-1] + "", (version + 3) % 8))
out.append(record("", 0))
out.append(record("Grüße, 漢字", 5))
json.dump(out, open("golden.json", "w"), indent=0, ensure_ascii=False)
