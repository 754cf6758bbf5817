"""`stoop prove`: checks each claim on the running installation. To add a check: one function, one line in `CHECKS`.

Nothing here changes the installation, sends a packet off this machine, or keeps a picture.
"""

CHECKS = {
    "hidden-changes-nothing": "stoop.prove.picture:hidden_changes_nothing",
    "hidden-never-seen": "stoop.prove.marker:hidden_never_seen",
    "black-in-doubt": "stoop.prove.black:black_in_doubt",
    "no-key": "stoop.prove.keys:no_key",
    "clips-sealed": "stoop.prove.sealed:clips_sealed",
    "nothing-in-the-clear": "stoop.prove.sealed:nothing_in_the_clear",
    "camera-offline": "stoop.prove.network:camera_offline",
    "camera-code-offline": "stoop.prove.network:camera_code_offline",
    "kernel-refuses": "stoop.prove.kernel:kernel_refuses",
    "firewall-holds": "stoop.prove.firewall:firewall_holds",
    "server-dials-nobody": "stoop.prove.network:server_dials_nobody",
    "server-code-dials-nobody": "stoop.prove.network:server_code_dials_nobody",
    "holes": "stoop.prove.holes:holes",
    "routes": "stoop.prove.routes:routes",
    "routes-answer": "stoop.prove.routes_live:routes_answer",
    "no-recognition": "stoop.prove.people:no_recognition",
    "journal-whole": "stoop.prove.journal:journal_whole",
    "journal-verifies": "stoop.prove.journal:journal_verifies",
    "file-modes": "stoop.prove.modes:file_modes",
    "memory": "stoop.prove.memory:memory",
}
"""Id to `module:function`, run in this order; the function takes an Installation and gives a Finding."""
