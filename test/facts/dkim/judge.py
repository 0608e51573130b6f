"""Says of each message on standard input, a JSON line each, whether python3-dkim believes its first signature."""
import base64
import json
import sys

import dkim

for line in sys.stdin:
    case = json.loads(line)
    zone = case["zone"]
    try:
        held = dkim.verify(
            base64.b64decode(case["message"]),
            dnsfunc=lambda name, timeout=5: zone.get((name.decode() if isinstance(name, bytes) else name).rstrip("."), "").encode(),
        )
    except Exception as error:
        held = False
    print(json.dumps(bool(held)), flush=True)
