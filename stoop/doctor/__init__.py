"""`stoop doctor`: what is wrong with the set-up, and how to mend it. To add a look: one function, one line in `LOOKS`.

It changes nothing, and opens no device that a running camera holds.
"""

LOOKS = {
    "camera": "stoop.doctor.lens:camera",
    "encoder": "stoop.doctor.encoders:encoder",
    "sound": "stoop.doctor.parts:sound",
    "button": "stoop.doctor.parts:button",
    "clock": "stoop.doctor.clock:clock",
    "disk": "stoop.doctor.disk:disk",
    "wear": "stoop.doctor.disk:wear",
    "memory": "stoop.doctor.board:memory",
    "heat": "stoop.doctor.board:heat",
    "power": "stoop.doctor.board:power",
    "wifi": "stoop.doctor.board:wifi",
    "certificate": "stoop.doctor.certificate:certificate",
    "firewall": "stoop.doctor.units:firewall",
    "units": "stoop.doctor.units:units",
}
"""Id to `module:function`, in this order; the function takes a Patient and gives a Sight."""
